package dev.carillon.liquid;

/** {@code {% assign name = expression %}}. */
record AssignNode(String name, Filtered expression) implements Node {
  @Override
  public Signal render(Rendering rendering) {
    rendering.scope().assign(name, expression.evaluate(rendering));
    return Signal.NEXT;
  }

  @Override
  public boolean isBlank() {
    return true;
  }
}
