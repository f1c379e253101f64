package dev.carillon.api.track;

import java.util.function.Supplier;

/**
 * What the Track API tells about this installation.
 *
 * @param publicUrl base URL under which clients reach this server, without a slash at the end;
 *     asked at each call because the port may be known only after the start
 * @param region {@code us} or {@code eu}
 */
public record TrackSettings(Supplier<String> publicUrl, String region) {
  public TrackSettings {
    if (!region.equals("us") && !region.equals("eu")) {
      throw new IllegalArgumentException("the region must be us or eu, not '" + region + "'");
    }
  }
}
