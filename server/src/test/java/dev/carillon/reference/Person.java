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

/** Everything known of one person at one moment; changed only by its {@link World}, on a copy. */
final class Person {
  Attributes attributes;

  /** In the order in which they became known, as is {@link #reached}. */
  final List<Did> events = new ArrayList<>();

  final List<Reached> reached = new ArrayList<>();

  /** Manual segments. */
  final Set<Integer> placed = new HashSet<>();

  /** By token. */
  final Map<String, Device> devices = new HashMap<>();

  final Map<ObjectName, Attributes> relationships = new HashMap<>();

  /** By the journey's name. */
  final Map<String, Journey> journeys = new HashMap<>();

  /** A phone. */
  record Device(String platform, Instant lastUsed, Attributes attributes) {}

  /** One way through a campaign: in, finished or exited. */
  record Journey(int campaign, String state) {}

  /** Somebody of whom only the attributes are known. */
  Person(Attributes attributes) {
    this.attributes = attributes;
  }

  Person copy() {
    var copy = new Person(attributes);
    copy.takeOver(this);
    return copy;
  }

  /** Takes over from another whatever this one has not itself (P-22 … P-28). */
  void inherit(Person other) {
    attributes = attributes.inherit(other.attributes);
    takeOver(other);
  }

  private void takeOver(Person other) {
    events.addAll(other.events);
    reached.addAll(other.reached);
    placed.addAll(other.placed);
    other.devices.forEach(devices::putIfAbsent);
    other.relationships.forEach(relationships::putIfAbsent);
    other.journeys.forEach(journeys::putIfAbsent);
  }
}
