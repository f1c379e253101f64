package dev.carillon.liquid;

/**
 * {@code increment}, which prints the counter and adds one, and {@code decrement}, which takes one
 * and prints it.
 */
record CounterNode(String name, boolean up) implements Node {
  @Override
  public Signal render(Rendering rendering) {
    long value = rendering.scope().counter(name);
    rendering.scope().counter(name, up ? value + 1 : value - 1);
    rendering.write(Long.toString(up ? value : value - 1));
    return Signal.NEXT;
  }

  @Override
  public boolean isBlank() {
    return false;
  }
}
