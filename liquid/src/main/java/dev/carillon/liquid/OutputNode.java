package dev.carillon.liquid;

/** {@code {{ expression }}} and {@code {% echo expression %}}. */
record OutputNode(Filtered expression) implements Node {
  @Override
  public Signal render(Rendering rendering) {
    Object value = expression.evaluateOutput(rendering);
    switch (value) {
      case null -> {}
      case LiquidText text -> text.write(rendering);
      default -> rendering.write(rendering.text(value));
    }
    return Signal.NEXT;
  }

  @Override
  public boolean isBlank() {
    return false;
  }
}
