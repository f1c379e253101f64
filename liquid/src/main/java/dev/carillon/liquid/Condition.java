package dev.carillon.liquid;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code if}, {@code unless} and {@code elsif} ask. */
sealed interface Condition {
  boolean test(Rendering rendering);

  /** How two values are compared. */
  enum Operator {
    EQUAL("=="),
    UNEQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    MORE(">"),
    AT_LEAST(">="),
    CONTAINS("contains");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }
  }

  /** A value on its own. */
  record Truth(Expression value) implements Condition {
    @Override
    public boolean test(Rendering rendering) {
      return Values.isTrue(value.evaluate(rendering));
    }
  }

  /** The opposite, for {@code unless}. */
  record Not(Condition inner) implements Condition {
    @Override
    public boolean test(Rendering rendering) {
      return !inner.test(rendering);
    }
  }

  /**
   * Two values and an operator. Nil, true, false, arrays and objects have no order and make {@code
   * <} and its like false.
   *
   * <p>Choice: text against a number stops the rendering, as the reference implementation does,
   * since either answer would be a guess that nobody sees.
   */
  record Comparison(Expression left, Operator operator, Expression right) implements Condition {
    @Override
    public boolean test(Rendering rendering) {
      Object a = rendering.plain(left.evaluate(rendering));
      Object b = rendering.plain(right.evaluate(rendering));
      return switch (operator) {
        case EQUAL -> Values.equal(a, b, rendering.meter());
        case UNEQUAL -> !Values.equal(a, b, rendering.meter());
        case LESS -> isOrdered(a, b) && order(a, b, rendering) < 0;
        case AT_MOST -> isOrdered(a, b) && order(a, b, rendering) <= 0;
        case MORE -> isOrdered(a, b) && order(a, b, rendering) > 0;
        case AT_LEAST -> isOrdered(a, b) && order(a, b, rendering) >= 0;
        case CONTAINS -> contains(a, b, rendering);
      };
    }

    private static boolean isOrdered(@Nullable Object a, @Nullable Object b) {
      return hasOrder(a) && hasOrder(b);
    }

    private static boolean hasOrder(@Nullable Object value) {
      return value instanceof Number || value instanceof String || value instanceof ZonedDateTime;
    }

    private int order(@Nullable Object a, @Nullable Object b, Rendering rendering) {
      if (a instanceof String text) {
        rendering.meter().scanned(text.length());
      }
      Integer order = Values.compare(a, b);
      if (order == null) {
        throw LiquidRenderException.badArgument(
            Values.kind(a)
                + " and "
                + Values.kind(b)
                + " cannot be compared with "
                + operator.symbol);
      }
      return order;
    }

    private static boolean contains(
        @Nullable Object container, @Nullable Object item, Rendering rendering) {
      if (!Values.isTrue(item)) {
        return false;
      }
      return switch (container) {
        case String text -> {
          rendering.meter().scanned(text.length());
          yield Search.contains(text, rendering.text(item), rendering.meter());
        }
        case List<?> list -> {
          rendering.meter().tick(list.size() >> 4);
          for (Object element : list) {
            if (Values.equal(element, item, rendering.meter())) {
              yield true;
            }
          }
          yield false;
        }
        case Map<?, ?> map -> item instanceof String key && map.containsKey(key);
        case LiquidObject object ->
            item instanceof String key && (object.value(key) != null || object.has(key));
        case LiquidRange range -> item instanceof Number number && range.contains(number);
        case null, default -> false;
      };
    }
  }

  /**
   * Conditions joined by {@code and} and {@code or}, which bind from right to left and equally
   * strong: {@code a and b or c} is {@code a and (b or c)}.
   *
   * @param ands whether the word behind each condition but the last is {@code and}
   */
  record Chain(List<Condition> all, List<Boolean> ands) implements Condition {
    public Chain {
      all = List.copyOf(all);
      ands = List.copyOf(ands);
    }

    @Override
    public boolean test(Rendering rendering) {
      for (int i = 0; i < ands.size(); i++) {
        boolean answer = all.get(i).test(rendering);
        if (answer != ands.get(i)) {
          return answer;
        }
      }
      return all.getLast().test(rendering);
    }
  }
}
