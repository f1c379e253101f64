package dev.carillon.liquid;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters that pick elements of an array by a property or a condition. */
final class SelectionFilters {
  private SelectionFilters() {}

  static void addTo(FilterTable table) {
    table.add("where", 1, 2, (input, args, r) -> pick(input, args, true, r));
    table.add("reject", 1, 2, (input, args, r) -> pick(input, args, false, r));
    table.add("find", 1, 2, SelectionFilters::find);
    table.add("find_index", 1, 2, SelectionFilters::findIndex);
    table.add("has", 1, 2, SelectionFilters::has);
    table.add("where_exp", 2, 2, (input, args, r) -> pickByCondition(input, args, true, r));
    table.add("reject_exp", 2, 2, (input, args, r) -> pickByCondition(input, args, false, r));
    table.add("group_by", 1, 1, SelectionFilters::groupBy);
  }

  /** Whether the property equals the wanted value or, without one, is true. */
  private static boolean matches(
      @Nullable Object element, Arguments arguments, Rendering rendering) {
    Object value = Property.of(element, arguments.get(0), "a selection", rendering);
    Object wanted = arguments.get(1);
    return wanted == null ? Values.isTrue(value) : Values.equal(value, wanted, rendering.meter());
  }

  /** Nil as soon as an element has no properties to ask for, as standard Liquid does. */
  private static @Nullable Object pick(
      @Nullable Object input, Arguments arguments, boolean wanted, Rendering rendering) {
    var picked = new ArrayList<@Nullable Object>();
    for (Object element : Sequences.ofFilter(input, rendering)) {
      if (!Property.isSelectable(element)) {
        return null;
      }
      if (matches(element, arguments, rendering) == wanted) {
        picked.add(element);
      }
    }
    return picked;
  }

  private static @Nullable Object find(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    for (Object element : Sequences.ofFilter(input, rendering)) {
      if (!Property.isSelectable(element)) {
        return null;
      }
      if (matches(element, arguments, rendering)) {
        return element;
      }
    }
    return null;
  }

  private static @Nullable Object findIndex(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    long index = 0;
    for (Object element : Sequences.ofFilter(input, rendering)) {
      if (!Property.isSelectable(element)) {
        return null;
      }
      if (matches(element, arguments, rendering)) {
        return index;
      }
      index++;
    }
    return null;
  }

  private static @Nullable Object has(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    for (Object element : Sequences.ofFilter(input, rendering)) {
      if (!Property.isSelectable(element)) {
        return null;
      }
      if (matches(element, arguments, rendering)) {
        return true;
      }
    }
    return false;
  }

  /** {@code where_exp: "item", "item.price > 10"}. */
  private static Object pickByCondition(
      @Nullable Object input, Arguments arguments, boolean wanted, Rendering rendering) {
    String variable = rendering.text(arguments.get(0));
    String expression = rendering.text(arguments.get(1));
    rendering.meter().text(expression.length());
    Condition condition;
    try {
      condition =
          new ExpressionParser(expression, Environment.standard(), false)
              .at(0, expression.length())
              .condition();
    } catch (LiquidSyntaxException broken) {
      throw LiquidRenderException.badArgument(
          "the condition '" + expression + "' cannot be read: " + broken.getMessage());
    }
    var picked = new ArrayList<@Nullable Object>();
    int place = rendering.scope().push(variable, null);
    for (Object element : Sequences.ofFilter(input, rendering)) {
      rendering.meter().step();
      rendering.scope().local(place, element);
      if (condition.test(rendering) == wanted) {
        picked.add(element);
      }
    }
    rendering.scope().pop(place);
    return picked;
  }

  /**
   * One {@code name}, {@code items} and {@code size} per value of the property, in first-seen
   * order.
   */
  private static Object groupBy(@Nullable Object input, Arguments arguments, Rendering rendering) {
    var groups = new LinkedHashMap<String, List<@Nullable Object>>();
    for (Object element : Sequences.ofFilter(input, rendering)) {
      String name = rendering.text(Property.of(element, arguments.get(0), "group_by", rendering));
      groups.computeIfAbsent(name, _ -> new ArrayList<>()).add(element);
    }
    var result = new ArrayList<Map<String, Object>>();
    groups.forEach((name, items) -> {
      var group = new LinkedHashMap<String, Object>();
      group.put("name", name);
      group.put("items", items);
      group.put("size", (long) items.size());
      result.add(group);
    });
    return result;
  }
}
