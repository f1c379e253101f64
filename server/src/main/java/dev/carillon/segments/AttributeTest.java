package dev.carillon.segments;

import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One test on one value of a person's attributes, of an event's data, or of the attributes of a
 * device, object or relationship (journeys §2.3).
 *
 * @param field name or path, such as {@code plan} or {@code cart.items[0].sku}
 * @param value what to compare with, of the kind the operator takes ({@link Operator#operand}): a
 *     String, Long, Double or Boolean; a list of those; a {@link Moment}; a list of {@code
 *     AttributeTest}; null exactly when it takes none
 */
public record AttributeTest(String field, Operator operator, @Nullable Object value) {

  /** Copies a list. */
  public AttributeTest {
    value = value instanceof List<?> list ? List.copyOf(list) : value;
  }

  /**
   * The same test with days as the instants at which they begin in this zone, for whoever has no
   * zone when it is asked.
   */
  AttributeTest in(ZoneId zone) {
    return switch (value) {
      case Moment.Date date -> new AttributeTest(field, operator, new Moment.At(date.fixed(zone)));
      case List<?> tests when operator == Operator.ANY_ITEM ->
          new AttributeTest(
              field, operator, in(zone, tests.stream().map(AttributeTest.class::cast).toList()));
      case null, default -> this;
    };
  }

  /** The same tests with days as the instants at which they begin in this zone. */
  static List<AttributeTest> in(ZoneId zone, List<AttributeTest> tests) {
    return tests.stream().map(each -> each.in(zone)).toList();
  }

  /** What an operator compares with. */
  public enum Operand {
    /** Nothing. */
    NONE,
    /** A text, number or truth value. */
    SCALAR,
    /** A text. */
    TEXT,
    /** A number. */
    NUMBER,
    /** Texts, numbers or truth values. */
    SCALARS,
    /** Two numbers. */
    BOUNDS,
    /** A {@link Moment}. */
    MOMENT,
    /** Tests on an item of a list. */
    TESTS
  }

  /** How the stored value is compared. The wire word is the name in lower case. */
  public enum Operator {
    /**
     * Equal; numbers numerically, text without regard to case, {@code true} and {@code "true"}
     * alike.
     */
    EQ(Operand.SCALAR),
    /** Not {@link #EQ}; also true when there is no value. */
    NEQ(Operand.SCALAR),
    /** Present, not null and not an empty text. */
    EXISTS(Operand.NONE),
    /** Not {@link #EXISTS}. */
    NOT_EXISTS(Operand.NONE),
    /** Text holds the text, or list holds an equal element. */
    CONTAINS(Operand.SCALAR),
    /** Not {@link #CONTAINS}; also true when there is no value. */
    NOT_CONTAINS(Operand.SCALAR),
    /** Text begins with the text. */
    STARTS_WITH(Operand.TEXT),
    /** Text ends with the text. */
    ENDS_WITH(Operand.TEXT),
    /** Equal to one of the list. */
    IN(Operand.SCALARS),
    /** Not {@link #IN}; also true when there is no value. */
    NOT_IN(Operand.SCALARS),
    /** Both numbers, and smaller. */
    LT(Operand.NUMBER),
    /** Both numbers, and greater. */
    GT(Operand.NUMBER),
    /** Both numbers, and at most. */
    LTE(Operand.NUMBER),
    /** Both numbers, and at least. */
    GTE(Operand.NUMBER),
    /** A number from the first to the second, both included. */
    BETWEEN(Operand.BOUNDS),
    /** Unix seconds (S-30). */
    IS_TIMESTAMP(Operand.NONE),
    /** Unix seconds strictly before the moment (S-31). */
    TS_BEFORE(Operand.MOMENT),
    /** Unix seconds strictly after the moment (S-31). */
    TS_AFTER(Operand.MOMENT),
    /** Unix seconds whose month and day are today's in the workspace's zone. */
    ANNIVERSARY(Operand.NONE),
    /** A list one of whose items fulfils all of the tests (S-36). */
    ANY_ITEM(Operand.TESTS);

    private final Operand operand;

    Operator(Operand operand) {
      this.operand = operand;
    }

    /** What it compares with. */
    public Operand operand() {
      return operand;
    }

    /** The operator this one is the exact opposite of; null for those that do not deny. */
    @Nullable Operator denied() {
      return switch (this) {
        case NEQ -> EQ;
        case NOT_EXISTS -> EXISTS;
        case NOT_CONTAINS -> CONTAINS;
        case NOT_IN -> IN;
        case EQ,
            EXISTS,
            CONTAINS,
            STARTS_WITH,
            ENDS_WITH,
            IN,
            LT,
            GT,
            LTE,
            GTE,
            BETWEEN,
            IS_TIMESTAMP,
            TS_BEFORE,
            TS_AFTER,
            ANNIVERSARY,
            ANY_ITEM ->
            null;
      };
    }
  }
}
