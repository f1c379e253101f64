package dev.carillon.liquid;

/** Builds a text that may become much longer than what it is made of, and stops in time. */
final class BoundedText {
  private final StringBuilder out = new StringBuilder();
  private final Meter meter;

  BoundedText(Rendering rendering) {
    this.meter = rendering.meter();
  }

  BoundedText append(String text) {
    meter.length((long) out.length() + text.length());
    out.append(text);
    return this;
  }

  BoundedText append(String text, int from, int to) {
    meter.length((long) out.length() + to - from);
    out.append(text, from, to);
    return this;
  }

  BoundedText append(char c) {
    meter.length(out.length() + 1L);
    out.append(c);
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
