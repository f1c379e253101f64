package dev.carillon.liquid;

/** {@code {% capture name %} … {% endcapture %}}. */
record CaptureNode(String name, Body body) implements Node {
  @Override
  public Signal render(Rendering rendering) {
    var captured = rendering.capture(body);
    rendering.scope().assign(name, captured.text());
    return captured.signal();
  }

  @Override
  public boolean isBlank() {
    return true;
  }
}
