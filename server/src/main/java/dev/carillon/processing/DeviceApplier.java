package dev.carillon.processing;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.CioId;
import dev.carillon.people.DeviceRepository;
import dev.carillon.people.DeviceRepository.Device;
import dev.carillon.people.DeviceRepository.Key;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Devices in one batch (track §5.1). The rows of all tokens that are named, and of everybody who is
 * loaded, are locked in key order before anything is applied; two batches that move one token wait
 * for each other there.
 *
 * <p>Where rules look at devices, whoever loses one has to be locked as well, and people are locked
 * before devices: who has the tokens is looked up before. If that is no longer so once the devices
 * are locked, the batch starts again.
 *
 * <p>Choice: a device that moves keeps its attributes, as it is the same device. A call that only
 * says when it was used is no entry of the activity log, or every start of an app would be one.
 */
final class DeviceApplier {
  /** Devices a person may have (track §5.1). */
  private static final int MOST = 25;

  /** Attributes a device may have (track §8). */
  private static final int ATTRIBUTES = 300;

  private static final long NOBODY = 0;

  private static final Comparator<Device> OLDEST_FIRST =
      Comparator.comparing(Device::lastUsed)
          .thenComparing(Device::createdAt)
          .thenComparing(Device::key);

  private final BatchScope scope;
  private final BatchActivity activity;
  private final DeviceRepository repository;
  private final Map<Key, Device> stored = new HashMap<>();
  private final Map<Key, Device> devices = new TreeMap<>();
  private final Map<Long, TreeSet<Key>> owned = new HashMap<>();
  private final Map<Key, Long> owners = new HashMap<>();

  DeviceApplier(BatchScope scope, BatchActivity activity) {
    this.scope = scope;
    this.activity = activity;
    this.repository = scope.stores().devices();
  }

  /** Keys of the people who may lose a device and have to be known for it. */
  Collection<Long> owners(List<Accepted> operations) {
    var keys = new TreeSet<Key>();
    for (var each : operations) {
      if (each.operation() instanceof Operation.DeviceUpdate call
          && scope.ruleBook().of(call.workspace()).surroundings().lookAtDevices()) {
        keys.add(new Key(call.workspace(), call.token()));
      }
    }
    if (!keys.isEmpty()) {
      owners.putAll(repository.owners(scope.handle(), keys));
      keys.forEach(key -> owners.putIfAbsent(key, NOBODY));
    }
    return owners.values().stream().filter(owner -> owner != NOBODY).distinct().toList();
  }

  /**
   * Reads and locks the devices these operations touch; people are loaded. Whom an identifier names
   * may change within the batch, so the devices of everybody loaded are read.
   */
  void read(List<Accepted> operations) {
    var keys = new TreeSet<Key>();
    var concerned = false;
    for (var each : operations) {
      if (each.operation() instanceof Operation.DeviceUpdate call) {
        keys.add(new Key(call.workspace(), call.token()));
      } else if (each.operation() instanceof Operation.DeviceRemoval call) {
        keys.add(new Key(call.workspace(), call.token()));
      } else if (each.operation() instanceof Operation.Delete) {
        concerned = true;
      }
    }
    if (keys.isEmpty() && !concerned) {
      return;
    }
    var people = scope.people().loaded().stream().mapToLong(PersonState::personId).toArray();
    for (var device : repository.lockAndLoad(scope.handle(), keys, people)) {
      stored.put(device.key(), device);
      put(device);
      var expected = owners.get(device.key());
      if (expected != null && expected != device.personId()) {
        throw new RetryBatch("a device changed hands while its owner was locked");
      }
    }
  }

  /** Adds a device to a person, changes it, or moves it from another one. */
  void update(Operation.DeviceUpdate call, PersonState person, Entry entry) {
    var key = new Key(call.workspace(), call.token());
    var before = devices.get(key);
    var usedAt =
        call.lastUsedMillis() == 0
            ? entry.receivedAt()
            : Instant.ofEpochMilli(call.lastUsedMillis());
    var attributes =
        before == null
            ? new LinkedHashMap<String, Object>()
            : AttributesJson.parse(before.attributes());
    var changes = merge(attributes, call.attributes(), person, entry);
    var platform = call.platform() == null && before != null ? before.platform() : call.platform();
    var device =
        new Device(
            key,
            person.personId(),
            platform,
            before == null || before.lastUsed().isBefore(usedAt) ? usedAt : before.lastUsed(),
            AttributesJson.print(attributes),
            before == null ? entry.receivedAt() : before.createdAt());
    put(device);
    if (!device.equals(before)) {
      scope.surroundings().device(person, device, entry.receivedAt());
    }
    if (before == null) {
      note(entry, person.personId(), "add", key, added(platform, attributes));
    } else if (before.personId() != person.personId()) {
      var former = scope.people().byId(before.personId());
      scope.surroundings().noDevice(former, key.token(), entry.receivedAt());
      note(entry, before.personId(), "moved", key, Map.of("to", CioId.of(person.personId())));
      var details = new LinkedHashMap<>(added(platform, attributes));
      details.put("from", CioId.of(before.personId()));
      note(entry, person.personId(), "moved", key, details);
    } else if (!changes.isEmpty() || !Objects.equals(before.platform(), platform)) {
      var details = new LinkedHashMap<String, Object>();
      if (!Objects.equals(before.platform(), platform)) {
        details.put("platform", IdentifyApplier.change(before.platform(), platform));
      }
      details.put("attributes", changes);
      note(entry, person.personId(), "update", key, details);
    }
    dropOldest(person, entry);
  }

  /** Takes a device from a person; nothing when it is not this person's. */
  void remove(Operation.DeviceRemoval call, PersonState person, Entry entry) {
    var key = new Key(call.workspace(), call.token());
    var device = devices.get(key);
    if (device != null && device.personId() == person.personId()) {
      drop(key);
      scope.surroundings().noDevice(person, key.token(), entry.receivedAt());
      note(entry, person.personId(), "remove", key, Map.of());
    }
  }

  /** The devices of somebody who was deleted go too (P-15). */
  void forget(PersonState person) {
    for (var key : List.copyOf(owned.getOrDefault(person.personId(), new TreeSet<>()))) {
      drop(key);
    }
  }

  /**
   * Writes what has changed.
   *
   * @param now when it was accepted
   */
  void write(Instant now) {
    var inserts = new ArrayList<Device>();
    var updates = new ArrayList<Device>();
    var deletes = new TreeSet<Key>();
    devices.forEach((key, device) -> {
      var former = stored.get(key);
      if (former == null) {
        inserts.add(device);
      } else if (!former.equals(device)) {
        updates.add(device);
      }
    });
    for (var key : stored.keySet()) {
      if (!devices.containsKey(key)) {
        deletes.add(key);
      }
    }
    if (!deletes.isEmpty()) {
      repository.delete(scope.handle(), deletes);
    }
    if (!updates.isEmpty()) {
      repository.update(scope.handle(), updates, now);
    }
    if (!inserts.isEmpty() && repository.insert(scope.handle(), inserts, now) != inserts.size()) {
      throw new RetryBatch("another batch added one of " + inserts.size() + " devices");
    }
  }

  /** Merges given attributes: null and empty text remove one. Returns what changed (P-53). */
  private Map<String, Object> merge(
      Map<String, Object> attributes,
      Map<String, @Nullable Object> given,
      PersonState person,
      Entry entry) {
    var changes = new LinkedHashMap<String, Object>();
    var refused = new LinkedHashMap<String, @Nullable Object>();
    given.forEach((name, value) -> {
      var from = attributes.get(name);
      if (value == null || value.equals("")) {
        if (attributes.remove(name) != null) {
          changes.put(name, IdentifyApplier.change(from, null));
        }
      } else if (from == null && attributes.size() >= ATTRIBUTES) {
        refused.put(name, value);
      } else if (!value.equals(from)) {
        attributes.put(name, value);
        changes.put(name, IdentifyApplier.change(from, value));
      }
    });
    if (!refused.isEmpty()) {
      activity.failed(entry, person, refused, "a device has at most " + ATTRIBUTES + " attributes");
    }
    return changes;
  }

  private void dropOldest(PersonState person, Entry entry) {
    var tokens = owned.getOrDefault(person.personId(), new TreeSet<>());
    while (tokens.size() > MOST) {
      var oldest =
          tokens.stream()
              .map(devices::get)
              .filter(Objects::nonNull)
              .min(OLDEST_FIRST)
              .orElseThrow()
              .key();
      drop(oldest);
      scope.surroundings().noDevice(person, oldest.token(), entry.receivedAt());
      var reason = "a person has at most %d devices".formatted(MOST);
      note(entry, person.personId(), "remove", oldest, Map.of("reason", reason));
    }
  }

  private void put(Device device) {
    drop(device.key());
    devices.put(device.key(), device);
    owned.computeIfAbsent(device.personId(), _ -> new TreeSet<>()).add(device.key());
  }

  private void drop(Key key) {
    var former = devices.remove(key);
    if (former != null) {
      owned.getOrDefault(former.personId(), new TreeSet<>()).remove(key);
    }
  }

  private static Map<String, Object> added(
      @Nullable String platform, Map<String, Object> attributes) {
    var details = new LinkedHashMap<String, Object>();
    if (platform != null) {
      details.put("platform", platform);
    }
    if (!attributes.isEmpty()) {
      details.put("attributes", attributes);
    }
    return details;
  }

  /** {@code device_change}: what was done, to which device, and how. */
  private void note(Entry entry, long personId, String action, Key key, Map<String, ?> details) {
    var data = new LinkedHashMap<String, Object>();
    data.put("action", action);
    data.put("device_id", key.token());
    data.putAll(details);
    activity.note(entry, personId, "device_change", data);
  }
}
