package dev.carillon.segments;

import dev.carillon.segments.Surroundings.OwnDevice;
import dev.carillon.segments.ValueTests.When;
import java.util.List;

/** The person has one device that fulfils everything given. */
record DeviceLeaf(Condition.Device condition) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    return facts.surroundings().devices().stream()
        .anyMatch(device -> fits(device) && isRecent(device, facts));
  }

  /** The devices that fulfil everything now. */
  List<OwnDevice> fitting(Facts facts) {
    return facts.surroundings().devices().stream()
        .filter(device -> fits(device) && isRecent(device, facts))
        .toList();
  }

  private boolean fits(OwnDevice device) {
    var platform = condition.platform();
    return (platform == null || platform.equalsIgnoreCase(device.platform()))
        && ValueTests.hold(condition.where(), device.attributes()::get, When.ANY);
  }

  private boolean isRecent(OwnDevice device, Facts facts) {
    var within = condition.lastUsedWithin();
    return within == null || device.lastUsed().plus(within).isAfter(facts.now());
  }

  @Override
  public long nextChange(Facts facts) {
    var within = condition.lastUsedWithin();
    if (within == null) {
      return ValueTests.NEVER;
    }
    return fitting(facts).stream()
        .mapToLong(device -> device.lastUsed().plus(within).toEpochMilli())
        .max() // one device is enough
        .orElse(ValueTests.NEVER);
  }
}
