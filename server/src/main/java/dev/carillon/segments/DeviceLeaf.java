package dev.carillon.segments;

import dev.carillon.segments.Surroundings.OwnDevice;
import dev.carillon.segments.ValueTests.When;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * The person has one device that fulfils everything given.
 *
 * @param zone where days begin
 */
record DeviceLeaf(Condition.Device condition, ZoneId zone) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    return facts.surroundings().devices().stream()
        .anyMatch(device -> fits(device, facts) && isRecent(device, facts));
  }

  /** The devices that fulfil everything now. */
  List<OwnDevice> fitting(Facts facts) {
    return facts.surroundings().devices().stream()
        .filter(device -> fits(device, facts) && isRecent(device, facts))
        .toList();
  }

  private boolean fits(OwnDevice device, Facts facts) {
    var platform = condition.platform();
    return (platform == null || platform.equalsIgnoreCase(device.platform()))
        && ValueTests.hold(
            condition.where(), device.attributes()::get, new When(facts.now(), zone));
  }

  private boolean isRecent(OwnDevice device, Facts facts) {
    var within = condition.lastUsedWithin();
    return within == null || device.lastUsed().plus(within).isAfter(facts.now());
  }

  @Override
  public boolean timed() {
    return condition.lastUsedWithin() != null;
  }

  @Override
  public long nextChange(Facts facts) {
    var within = condition.lastUsedWithin();
    if (within == null) {
      return ValueTests.NEVER;
    }
    return fitting(facts).stream()
        .mapToLong(device -> whole(device.lastUsed().plus(within)))
        .max() // one device is enough
        .orElse(ValueTests.NEVER);
  }

  /** The first whole millisecond at which an instant has come. */
  private static long whole(Instant instant) {
    return instant.plusNanos(999_999).toEpochMilli();
  }
}
