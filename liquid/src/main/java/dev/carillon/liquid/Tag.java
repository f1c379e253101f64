package dev.carillon.liquid;

/** A parsed tag of its own kind, part of a template. Shared by threads. */
@FunctionalInterface
public interface Tag {
  /** Writes the tag's text into {@code rendering}. */
  void render(Rendering rendering);
}
