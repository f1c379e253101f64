package dev.carillon.liquid;

/**
 * A value that prints by rendering, such as a snippet whose text is itself a template. It is
 * rendered in the scope of the place that prints it, each time it is printed or filtered as text.
 */
public interface LiquidText {
  /** Writes the text; usually {@link Rendering#include}. */
  void write(Rendering rendering);
}
