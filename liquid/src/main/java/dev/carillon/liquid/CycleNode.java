package dev.carillon.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code {% cycle group: a, b %}}: the next of its values each time.
 *
 * @param group what cycles that count together share; null for cycles of the same values
 * @param values the values as written, the group of a cycle without a name
 */
record CycleNode(@Nullable Expression group, String values, List<Expression> items)
    implements Node {
  CycleNode {
    items = List.copyOf(items);
  }

  /** Keeps named groups apart from lists of values. */
  private record Key(boolean named, String name) {}

  @Override
  public Signal render(Rendering rendering) {
    var key =
        group == null
            ? new Key(false, values)
            : new Key(true, rendering.text(group.evaluate(rendering)));
    int position = rendering.scope().cycle(key);
    if (position < items.size()) {
      rendering.write(rendering.text(items.get(position).evaluate(rendering)));
    }
    rendering.scope().cycle(key, position + 1 >= items.size() ? 0 : position + 1);
    return Signal.NEXT;
  }

  @Override
  public boolean isBlank() {
    return false;
  }
}
