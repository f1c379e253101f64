package dev.carillon.liquid;

/** {@code {% break %}} and {@code {% continue %}}; outside of a loop they end the template. */
record InterruptNode(Signal signal) implements Node {
  @Override
  public Signal render(Rendering rendering) {
    return signal;
  }

  @Override
  public boolean isBlank() {
    return false;
  }
}
