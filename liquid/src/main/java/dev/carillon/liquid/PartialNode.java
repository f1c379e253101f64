package dev.carillon.liquid;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code render}, which gives a partial a scope of its own, and {@code include}, which lets it see
 * and change the scope around it.
 *
 * @param bound the value behind {@code with} or {@code for}
 * @param each whether it was {@code for}
 * @param alias the name behind {@code as}
 */
record PartialNode(
    boolean isolated,
    Expression name,
    @Nullable Expression bound,
    boolean each,
    @Nullable String alias,
    Map<String, Expression> arguments)
    implements Node {

  PartialNode {
    arguments = Map.copyOf(arguments);
  }

  @Override
  public Signal render(Rendering rendering) {
    if (!(name.evaluate(rendering) instanceof String partialName)) {
      throw LiquidRenderException.badArgument("the name of a partial must be text");
    }
    Body body = rendering.partial(partialName).root();
    String variable =
        alias == null ? partialName.substring(partialName.lastIndexOf('/') + 1) : alias;
    return isolated ? apart(variable, body, rendering) : inside(variable, body, rendering);
  }

  private Signal apart(String variable, Body body, Rendering rendering) {
    Object value = bound == null ? null : bound.evaluate(rendering);
    if (!each) {
      Scope scope = new Scope(Map.of(), rendering.hostNames());
      if (bound != null) {
        scope.assign(variable, value);
      }
      arguments.forEach((key, argument) -> scope.assign(key, argument.evaluate(rendering)));
      rendering.within(scope, body);
      return Signal.NEXT;
    }
    List<@Nullable Object> items = items(value, rendering);
    var loop = new ForLoop(variable, items.size(), null);
    for (Object item : items) {
      rendering.meter().step();
      Scope scope = new Scope(Map.of(), rendering.hostNames());
      scope.push("forloop", loop);
      scope.assign(variable, item);
      arguments.forEach((key, argument) -> scope.assign(key, argument.evaluate(rendering)));
      Signal signal = rendering.within(scope, body);
      if (signal == Signal.BREAK) {
        break;
      }
      loop.next();
    }
    return Signal.NEXT;
  }

  private Signal inside(String variable, Body body, Rendering rendering) {
    Object value = bound == null ? rendering.value(variable) : bound.evaluate(rendering);
    Scope scope = rendering.scope();
    int first = scope.push(variable, null);
    arguments.forEach((key, argument) -> scope.push(key, argument.evaluate(rendering)));
    Signal signal = Signal.NEXT;
    if (value instanceof List<?> list) {
      for (Object item : list) {
        rendering.meter().step();
        scope.local(first, item);
        signal = body.render(rendering);
        if (signal == Signal.BREAK) {
          break;
        }
      }
    } else {
      scope.local(first, value);
      signal = body.render(rendering);
    }
    scope.pop(first);
    return signal;
  }

  private static List<@Nullable Object> items(@Nullable Object value, Rendering rendering) {
    if (value instanceof List<?> || value instanceof LiquidRange) {
      return Sequences.ofFilter(value, rendering);
    }
    var single = new ArrayList<@Nullable Object>();
    single.add(value);
    return single;
  }

  @Override
  public boolean isBlank() {
    return false;
  }
}
