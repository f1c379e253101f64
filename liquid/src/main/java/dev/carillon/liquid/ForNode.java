package dev.carillon.liquid;

import dev.carillon.liquid.LoopSource.Slice;

/** {@code {% for name in collection %} … {% else %} … {% endfor %}}. */
record ForNode(String variable, LoopSource source, Body body, Body otherwise, boolean isBlank)
    implements Node {

  /** The node for these bodies; when both are blank they lose their white space. */
  static ForNode of(String variable, LoopSource source, Body body, Body otherwise) {
    return body.isBlank() && otherwise.isBlank()
        ? new ForNode(variable, source, body.withoutText(), otherwise.withoutText(), true)
        : new ForNode(variable, source, body, otherwise, false);
  }

  @Override
  public Signal render(Rendering rendering) {
    Slice slice = source.slice(rendering);
    if (slice == null || slice.length() == 0) {
      return otherwise.render(rendering);
    }
    Scope scope = rendering.scope();
    ForLoop outer = scope.loop();
    var loop = new ForLoop(source.name(), slice.length(), outer);
    scope.loop(loop);
    int first = scope.push("forloop", loop);
    int item = scope.push(variable, null);
    Signal signal = Signal.NEXT;
    for (long i = 0; i < slice.length() && signal != Signal.BREAK; i++) {
      rendering.meter().step();
      scope.local(item, slice.at(i));
      signal = body.render(rendering);
      loop.next();
    }
    scope.pop(first);
    scope.loop(outer);
    return Signal.NEXT;
  }
}
