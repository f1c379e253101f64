package dev.carillon.liquid;

import java.util.ArrayList;
import java.util.List;

/** The pieces inside a block, or of a whole template, in order. */
final class Body {
  private final Node[] nodes;
  private final int[] lines;
  private final boolean blank;

  Body(List<Node> nodes, List<Integer> lines) {
    this.nodes = nodes.toArray(Node[]::new);
    this.lines = lines.stream().mapToInt(Integer::intValue).toArray();
    this.blank = nodes.stream().allMatch(Node::isBlank);
  }

  Signal render(Rendering rendering) {
    Meter meter = rendering.meter();
    meter.enter();
    Signal signal = Signal.NEXT;
    for (int i = 0; i < nodes.length && signal == Signal.NEXT; i++) {
      meter.tick(1);
      rendering.at(lines[i]);
      try {
        signal = nodes[i].render(rendering);
      } catch (LiquidRenderException failure) {
        throw failure.onLine(lines[i]);
      }
    }
    meter.leave();
    return signal;
  }

  boolean isBlank() {
    return blank;
  }

  /** Whether every one of {@code bodies} is blank. */
  static boolean areBlank(List<Body> bodies) {
    return bodies.stream().allMatch(Body::isBlank);
  }

  /** This body without its text, for blocks that would write white space alone. */
  Body withoutText() {
    var kept = new ArrayList<Node>();
    var keptLines = new ArrayList<Integer>();
    for (int i = 0; i < nodes.length; i++) {
      if (!(nodes[i] instanceof TextNode)) {
        kept.add(nodes[i]);
        keptLines.add(lines[i]);
      }
    }
    return new Body(kept, keptLines);
  }
}
