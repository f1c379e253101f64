package dev.carillon.segments;

import dev.carillon.segments.AttributeTest.Operator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which conditions read days, so that they mean something else in another zone. */
public final class DayReading {
  private DayReading() {}

  /** Whether a condition holds a day of the calendar or an anniversary. */
  public static boolean of(Condition condition) {
    return switch (condition) {
      case Condition.And(var all) -> all.stream().anyMatch(DayReading::of);
      case Condition.Or(var any) -> any.stream().anyMatch(DayReading::of);
      case Condition.Not(var inner) -> of(inner);
      case Condition.Attribute(var test) -> reads(test);
      case Condition.Event event -> of(event.where()) || reads(event.often().window());
      case Condition.Message message -> reads(message.often().window());
      case Condition.Device device -> of(device.where());
      case Condition.Related related -> of(related.object()) || of(related.relationship());
      case Condition.InSegment _,
          Condition.Subscribed _,
          Condition.InCampaign _,
          Condition.Sample _ ->
          false;
    };
  }

  /** Whether one of the tests does. */
  public static boolean of(List<AttributeTest> tests) {
    return tests.stream().anyMatch(DayReading::reads);
  }

  private static boolean reads(AttributeTest test) {
    return test.operator() == Operator.ANNIVERSARY
        || test.value() instanceof Moment.Date
        || test.operator() == Operator.ANY_ITEM
            && test.value() instanceof List<?> items
            && of(items.stream().map(AttributeTest.class::cast).toList());
  }

  private static boolean reads(Window window) {
    return switch (window) {
      case Window.Ever(), Window.Within _ -> false;
      case Window.Between(var from, var to) -> isDay(from) || isDay(to);
    };
  }

  private static boolean isDay(@Nullable Moment moment) {
    return moment instanceof Moment.Date;
  }
}
