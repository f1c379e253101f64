package dev.carillon.reference;

import dev.carillon.reference.Happening.Did;
import dev.carillon.reference.Happening.ObjectName;
import dev.carillon.reference.Happening.Reached;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything known of one person at one moment; changed only by its {@link World}, on a copy. */
final class Person {
  Attributes attributes;

  final List<Did> events = new ArrayList<>();

  /** By the message's name. */
  final Map<String, Message> messages = new HashMap<>();

  /** Manual segments. */
  final Set<Integer> placed = new HashSet<>();

  /** By token. */
  final Map<String, Device> devices = new HashMap<>();

  final Map<ObjectName, Attributes> relationships = new HashMap<>();

  /** By the journey's name. */
  final Map<String, Journey> journeys = new HashMap<>();

  /** A phone. */
  record Device(String platform, Instant lastUsed, Attributes attributes) {}

  /**
   * Something sent to the person.
   *
   * @param reached in the order in which it became known
   */
  record Message(Map<String, Object> scope, List<Reached> reached) {

    /** A click implies an open, and an open a delivery, where that is missing (M-3, M-76). */
    Message with(Reached report) {
      var all = new ArrayList<>(reached);
      all.add(report);
      for (var implied : IMPLIED.getOrDefault(report.metric(), List.of())) {
        all.add(new Reached(report.message(), implied, report.at(), null, report.human()));
      }
      return new Message(scope, all);
    }

    private static final Map<String, List<String>> IMPLIED =
        Map.of("clicked", List.of("opened", "delivered"), "opened", List.of("delivered"));
  }

  /**
   * One way through a campaign.
   *
   * @param due when it is due to end
   * @param state {@code in} until it has ended, then what it came to
   */
  record Journey(int campaign, Instant due, String end, String state) {
    boolean underWay() {
      return state.equals("in");
    }

    Journey over(String how) {
      return new Journey(campaign, due, end, how);
    }
  }

  /** Somebody of whom only the attributes are known. */
  Person(Attributes attributes) {
    this.attributes = attributes;
  }

  Person copy() {
    var copy = new Person(attributes);
    copy.takeOver(this);
    return copy;
  }

  /**
   * Takes over from another whatever this one has not itself (P-22 … P-28). A journey under way
   * ends where this one was in the campaign, too (P-25), and has neither finished nor exited.
   */
  void inherit(Person other) {
    attributes = attributes.inherit(other.attributes);
    var campaigns = journeys.values().stream().map(Journey::campaign).collect(Collectors.toSet());
    takeOver(other);
    other.journeys.forEach((name, journey) -> {
      if (campaigns.contains(journey.campaign) && journey.underWay()) {
        journeys.put(name, journey.over("merged"));
      }
    });
  }

  boolean travelsOn(Instant now) {
    return journeys.values().stream().anyMatch(each -> each.underWay() && !each.due.isAfter(now));
  }

  /** Journeys that were due have come to their end. */
  void travel(Instant now) {
    journeys.replaceAll((name, journey) ->
        journey.underWay() && !journey.due.isAfter(now) ? journey.over(journey.end) : journey);
  }

  private void takeOver(Person other) {
    events.addAll(other.events);
    messages.putAll(other.messages);
    placed.addAll(other.placed);
    other.devices.forEach(devices::putIfAbsent);
    other.relationships.forEach(relationships::putIfAbsent);
    other.journeys.forEach(journeys::putIfAbsent);
  }
}
