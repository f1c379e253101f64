package dev.carillon.processing;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.Subscription;
import dev.carillon.webhooks.EventNames;
import dev.carillon.webhooks.News;
import dev.carillon.webhooks.Who;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What webhooks are told of a batch. The rule book says what they ask for, so a batch of a
 * workspace without any does nothing here.
 */
final class BatchNews {
  private static final String UNSUBSCRIBED = "unsubscribed";
  private static final String PREFERENCES = "cio_subscription_preferences";

  private final BatchScope scope;
  private final List<@Nullable News> news = new ArrayList<>();

  BatchNews(BatchScope scope) {
    this.scope = scope;
  }

  /** Whether some webhook of the workspace wants events of this name. */
  boolean asks(WorkspaceId workspace, String name) {
    return scope.ruleBook().reported(workspace).contains(name);
  }

  /** Something that happened; nobody need ask for it. */
  void add(News each) {
    news.add(each);
  }

  /** Keeps a place for something that can be told in full only later; returns its number. */
  int place() {
    news.add(null);
    return news.size() - 1;
  }

  /** Puts news at a place that was kept. */
  void put(int place, News each) {
    news.set(place, each);
  }

  /** What somebody had decided before an operation. */
  record Choices(@Nullable Object unsubscribed, @Nullable Object preferences) {}

  /** Null: nobody asks. */
  @Nullable Choices before(PersonState person) {
    var reported = scope.ruleBook().reported(person.workspace());
    return reported.contains(EventNames.SUBSCRIBED)
            || reported.contains(EventNames.UNSUBSCRIBED)
            || reported.contains(EventNames.PREFERENCES_CHANGED)
        ? choices(person)
        : null;
  }

  private static Choices choices(PersonState person) {
    var profile = person.profile();
    return new Choices(profile.attribute(UNSUBSCRIBED), profile.attribute(PREFERENCES));
  }

  /**
   * Tells what somebody has decided by an operation.
   *
   * @param before as {@link #before} said
   */
  void after(PersonState person, @Nullable Choices before, Instant at) {
    if (before == null) {
      return;
    }
    var now = choices(person);
    if (!Objects.equals(before.unsubscribed, now.unsubscribed)) {
      var left = isUnsubscribed(now.unsubscribed);
      // An attribute that is new and says what held anyhow is a decision, too.
      if (left != isUnsubscribed(before.unsubscribed) || before.unsubscribed == null) {
        tell(person, left ? EventNames.UNSUBSCRIBED : EventNames.SUBSCRIBED, at, Map.of());
      }
    }
    if (!Objects.equals(before.preferences, now.preferences)) {
      var change = difference(map(before.preferences), map(now.preferences));
      var text = AttributesJson.print(change);
      tell(person, EventNames.PREFERENCES_CHANGED, at, Map.of("content", text));
    }
  }

  private static boolean isUnsubscribed(@Nullable Object value) {
    return value != null && Subscription.isUnsubscribed(Map.of(UNSUBSCRIBED, value));
  }

  private void tell(
      PersonState person, String name, Instant at, Map<String, @Nullable Object> content) {
    if (asks(person.workspace(), name)) {
      news.add(new News.OfPerson(person.workspace(), who(person), name, at, content));
    }
  }

  private Who who(PersonState person) {
    return new Who(
        person.personId(),
        text(person.profile().attribute("id")),
        text(person.profile().attribute("email")),
        scope.ruleBook().settings(person.workspace()).emailIdentifies());
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  /**
   * The leaves of {@code now} that differ from those of {@code before}; null for one that is gone.
   */
  private static Map<String, @Nullable Object> difference(Map<?, ?> before, Map<?, ?> now) {
    var names = new LinkedHashSet<Object>(now.keySet());
    names.addAll(before.keySet());
    var difference = new LinkedHashMap<String, @Nullable Object>();
    for (var name : names) {
      var from = before.get(name);
      var to = now.get(name);
      if (to instanceof Map<?, ?> inner) {
        var below = difference(map(from), inner);
        if (!below.isEmpty()) {
          difference.put(name.toString(), below);
        }
      } else if (!Objects.equals(from, to)) {
        difference.put(name.toString(), to);
      }
    }
    return difference;
  }

  /** Stores it, when everything it speaks of is written. */
  void write() {
    if (!news.isEmpty()) {
      var known = news.stream().filter(Objects::nonNull).toList();
      scope.stores().reporting().tell(scope.handle(), known, scope.present());
      news.clear();
    }
  }
}
