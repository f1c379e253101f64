package dev.carillon.liquid;

/** Text outside of markup. */
record TextNode(String text, boolean isBlank) implements Node {
  TextNode(String text) {
    this(text, Text.isBlank(text));
  }

  @Override
  public Signal render(Rendering rendering) {
    rendering.write(text);
    return Signal.NEXT;
  }
}
