package dev.carillon.liquid;

/**
 * {@code {% ifchanged %} … {% endifchanged %}}: written when it differs from the last such text.
 */
record IfChangedNode(Body body) implements Node {
  @Override
  public Signal render(Rendering rendering) {
    var captured = rendering.capture(body);
    if (rendering.scope().changed(captured.text())) {
      rendering.write(captured.text());
    }
    return captured.signal();
  }

  @Override
  public boolean isBlank() {
    return body.isBlank();
  }
}
