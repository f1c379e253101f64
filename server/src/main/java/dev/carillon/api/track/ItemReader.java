package dev.carillon.api.track;

import dev.carillon.api.wire.Refused;
import dev.carillon.http.ParsedObject;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns one item of v2 into the operations it stands for (track §6). */
final class ItemReader {
  /** The member that becomes the data of an event as it was written. */
  static final String KEPT = "attributes";

  private static final int LONGEST_ITEM_BYTES = 32 * 1024;

  private final PersonItems people;
  private final ObjectItems objects;
  private final DeliveryItems deliveries;

  ItemReader(PersonItems people, ObjectItems objects, DeliveryItems deliveries) {
    this.people = people;
    this.objects = objects;
    this.deliveries = deliveries;
  }

  /** What became of an item. */
  sealed interface Item {}

  /**
   * It is good.
   *
   * @param operations in order; none when there is nothing to do
   */
  record Accepted(List<Operation> operations) implements Item {}

  /** It breaks a rule, and does nothing. */
  record NotAccepted(Refused refused) implements Item {}

  /**
   * Reads an item.
   *
   * @param item null when it is something else than an object
   */
  Item read(Access access, @Nullable ParsedObject item) {
    try {
      return new Accepted(operations(access, item));
    } catch (Refused refused) {
      return new NotAccepted(refused);
    }
  }

  private List<Operation> operations(Access access, @Nullable ParsedObject item) {
    if (item == null) {
      throw Refused.invalid("", "an operation must be an object");
    }
    if (item.isLongerThan(LONGEST_ITEM_BYTES)) {
      throw Refused.tooLarge(
          "", "an operation cannot be longer than " + LONGEST_ITEM_BYTES + " bytes");
    }
    var type = word("type", item);
    var action = word("action", item);
    return switch (type) {
      case "person" -> people.operations(access, action, item);
      case "object" -> objects.operations(access, action, item.members());
      case "delivery" -> deliveries.operations(access, action, item.members());
      default -> throw Refused.invalid("type", "type must be person, object or delivery");
    };
  }

  private static String word(String field, ParsedObject item) {
    return switch (item.members().get(field)) {
      case null -> throw Refused.required(field);
      case String word when word.isEmpty() -> throw Refused.required(field);
      case String word -> word;
      default -> throw Refused.invalid(field, field + " must be a string");
    };
  }
}
