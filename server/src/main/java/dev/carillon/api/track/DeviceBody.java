package dev.carillon.api.track;

import dev.carillon.api.wire.Attributes;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.api.wire.Times;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@code device} of a call (track §5.1, §6). */
final class DeviceBody {
  private static final int LONGEST_TOKEN_BYTES = 1000;
  private static final Set<String> PLATFORMS = Set.of("ios", "android");

  private DeviceBody() {}

  /**
   * The device a person has from now on. Keys beside the known ones are attributes of the device,
   * as Python and Ruby write them; those in {@code attributes} win.
   *
   * @param device the member {@code device} of the body
   * @param tokenKey the key of its token: {@code id} in v1, {@code token} in v2
   * @throws Refused with the first rule broken
   */
  static Operation.DeviceUpdate update(
      WorkspaceId workspace, Identifier person, @Nullable Object device, String tokenKey) {
    var members = Members.requiredObject("device", device);
    try {
      var token = Members.requiredText(tokenKey, members.get(tokenKey), LONGEST_TOKEN_BYTES);
      return new Operation.DeviceUpdate(
          workspace,
          person,
          token,
          platform(members.get("platform")),
          Times.millis(members.get("last_used")),
          attributes(members, tokenKey));
    } catch (Refused refused) {
      throw refused.within("device");
    }
  }

  /**
   * The token of the device to take away.
   *
   * @throws Refused when there is none
   */
  static String token(@Nullable Object device) {
    var members = Members.requiredObject("device", device);
    try {
      return Members.requiredText("token", members.get("token"), LONGEST_TOKEN_BYTES);
    } catch (Refused refused) {
      throw refused.within("device");
    }
  }

  /**
   * Refuses a token in a path that cannot be stored.
   *
   * @throws Refused when it is too long
   */
  static String pathToken(String segment) {
    return Members.requiredText("device_id", segment, LONGEST_TOKEN_BYTES);
  }

  private static String platform(@Nullable Object value) {
    if (value == null) {
      throw Refused.required("platform");
    }
    if (value instanceof String platform && PLATFORMS.contains(platform)) {
      return platform;
    }
    throw Refused.invalid("platform", "platform must be ios or android");
  }

  private static Map<String, @Nullable Object> attributes(
      Map<String, @Nullable Object> members, String tokenKey) {
    var attributes = new LinkedHashMap<String, @Nullable Object>();
    members.forEach((name, value) -> {
      if (!name.equals(tokenKey)
          && !name.equals("platform")
          && !name.equals("last_used")
          && !name.equals("attributes")) {
        attributes.put(name, value);
      }
    });
    var nested = Members.object("attributes", members.get("attributes"));
    if (nested != null) {
      attributes.putAll(nested);
    }
    // Written by the server alone.
    attributes.remove("_last_status");
    Attributes.check(attributes);
    return attributes;
  }
}
