package dev.carillon.segments;

import dev.carillon.events.EventKind;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition over one person at one instant: the tree behind segments, filters and branches
 * (journeys §2.2). Its JSON is described in docs/CONDITIONS.md.
 */
public sealed interface Condition {

  /** All hold; an empty list holds (S-20). */
  record And(List<Condition> all) implements Condition {
    public And {
      all = List.copyOf(all);
    }
  }

  /** At least one holds; an empty list does not (S-20). */
  record Or(List<Condition> any) implements Condition {
    public Or {
      any = List.copyOf(any);
    }
  }

  /** The inner condition does not hold. */
  record Not(Condition inner) implements Condition {}

  /** A test on an attribute of the person. */
  record Attribute(AttributeTest test) implements Condition {}

  /** The person is in another segment. */
  record InSegment(int segmentId) implements Condition {}

  /**
   * How often the person did something (journeys §2.4).
   *
   * @param name exact after trimming (P-40); of pages and screens {@code *} stands for any
   *     characters
   * @param where tests on the event's data; all must hold on the same event
   */
  record Event(EventKind kind, String name, List<AttributeTest> where, Occurrences often)
      implements Condition {
    public Event {
      where = List.copyOf(where);
    }

    /**
     * So often, ever or within a span before now.
     *
     * @param within null: ever
     */
    public Event(
        EventKind kind,
        String name,
        Occurrences.Count count,
        int times,
        @Nullable Duration within,
        List<AttributeTest> where) {
      this(kind, name, where, Occurrences.of(count, times, within));
    }
  }

  /** How many messages to the person reached a metric, each at the first time (journeys §2.5). */
  record Message(MessageFilter filter, Occurrences often) implements Condition {}

  /**
   * The person's own choice about a topic or channel, else its default (journeys §2.6).
   *
   * @param of {@code topics.topic_3} or {@code channels.email}: the path below {@code
   *     cio_subscription_preferences}
   */
  record Subscribed(Subscription of, boolean subscribed) implements Condition {}

  /** What one subscribes to. */
  sealed interface Subscription {
    /** A topic of the subscription centre, by number. */
    record Topic(int id) implements Subscription {}

    /** A channel, by its type, such as {@code email}. */
    record Channel(String type) implements Subscription {}
  }

  /**
   * The person has one device that fulfils everything given.
   *
   * @param platform {@code ios} or {@code android}; null: any
   * @param lastUsedWithin used so recently; null: whenever
   * @param where tests on its attributes, top-level only
   */
  record Device(
      @Nullable String platform, @Nullable Duration lastUsedWithin, List<AttributeTest> where)
      implements Condition {
    public Device {
      where = List.copyOf(where);
    }
  }

  /**
   * How many objects of a type the person is related to; both lists hold for the same pair.
   *
   * @param object tests on the object's attributes
   * @param relationship tests on the relationship's attributes
   */
  record Related(
      int typeId,
      List<AttributeTest> object,
      List<AttributeTest> relationship,
      Occurrences.Count count,
      int times)
      implements Condition {
    public Related {
      object = List.copyOf(object);
      relationship = List.copyOf(relationship);
    }
  }

  /** What the person did in a campaign. */
  record InCampaign(int campaignId, CampaignActivity activity) implements Condition {}

  /**
   * The person belongs to a random part of everybody, for good.
   *
   * @param hundredths of a percent, 0 … 10,000
   * @param salt samples of the same salt overlap fully
   */
  record Sample(int hundredths, String salt) implements Condition {}
}
