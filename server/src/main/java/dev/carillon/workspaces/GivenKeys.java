package dev.carillon.workspaces;

import org.jspecify.annotations.Nullable;

/**
 * Credentials the operator wants the default workspace to have. What is null is made up at random.
 *
 * @param siteId not empty, without a colon
 * @param trackKey API key that goes with the site id
 * @param appKey bearer key of the App API
 * @param cdpKey write key of the Pipelines API
 */
public record GivenKeys(
    @Nullable String siteId,
    @Nullable String trackKey,
    @Nullable String appKey,
    @Nullable String cdpKey) {

  /** Checks what is given. */
  public GivenKeys {
    check("site id", siteId);
    check("Track API key", trackKey);
    check("App API key", appKey);
    check("Pipelines write key", cdpKey);
    if (siteId != null && siteId.indexOf(':') >= 0) {
      throw new IllegalArgumentException("the site id must not contain a colon");
    }
  }

  /** Nothing is given. */
  public static GivenKeys none() {
    return new GivenKeys(null, null, null, null);
  }

  private static void check(String what, @Nullable String text) {
    if (text != null && (text.isBlank() || !text.equals(text.strip()))) {
      throw new IllegalArgumentException("the " + what + " must not be empty or edged by spaces");
    }
  }

  @Override
  public String toString() {
    return "GivenKeys[***]";
  }
}
