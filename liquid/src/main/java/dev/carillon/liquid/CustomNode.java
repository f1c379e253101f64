package dev.carillon.liquid;

/** A tag registered from outside. */
record CustomNode(Tag tag) implements Node {
  @Override
  public Signal render(Rendering rendering) {
    tag.render(rendering);
    return Signal.NEXT;
  }

  @Override
  public boolean isBlank() {
    return false;
  }
}
