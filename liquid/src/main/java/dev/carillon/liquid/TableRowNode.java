package dev.carillon.liquid;

import dev.carillon.liquid.LoopSource.Slice;
import org.jspecify.annotations.Nullable;

/** {@code {% tablerow name in collection cols:n %} … {% endtablerow %}}. */
record TableRowNode(String variable, LoopSource source, @Nullable Expression columns, Body body)
    implements Node {

  @Override
  public Signal render(Rendering rendering) {
    Slice slice = source.slice(rendering);
    if (slice == null) {
      return Signal.NEXT;
    }
    Object wanted = columns == null ? null : columns.evaluate(rendering);
    long width = wanted == null ? slice.length() : Numbers.truncate(Numbers.of(wanted), "cols");
    var loop = new TableRowLoop(slice.length(), width);
    rendering.write("<tr class=\"row1\">\n");
    Scope scope = rendering.scope();
    int first = scope.push("tablerowloop", loop);
    int item = scope.push(variable, null);
    Signal signal = Signal.NEXT;
    for (long i = 0; i < slice.length() && signal != Signal.BREAK; i++) {
      rendering.meter().step();
      scope.local(item, slice.at(i));
      rendering.write("<td class=\"col" + loop.column() + "\">");
      signal = body.render(rendering);
      rendering.write("</td>");
      if (signal != Signal.BREAK && loop.lastColumn() && !loop.lastCell()) {
        rendering.write("</tr>\n<tr class=\"row" + (loop.row() + 1) + "\">");
      }
      loop.next();
    }
    scope.pop(first);
    rendering.write("</tr>\n");
    return Signal.NEXT;
  }

  @Override
  public boolean isBlank() {
    return false;
  }
}
