package dev.carillon.webhooks;

import dev.carillon.http.TargetGuard;
import dev.carillon.store.SecretBox;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the server builds for webhooks, as tests need it: with a known key, and loopback allowed.
 */
public final class WebhookKit {
  /** Lets calls to this machine through. */
  public static final TargetGuard TARGETS = new TargetGuard(true);

  private WebhookKit() {}

  /** Keys sealed with a key of the tests. */
  public static SigningKeys keys(InstantSource clock) {
    var key =
        new SecretKeySpec(
            "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8), "AES");
    return new SigningKeys(new SecretBox(key, new SecureRandom()), new SecureRandom(), clock);
  }

  /** The webhooks of all workspaces. */
  public static ReportingWebhooks webhooks(InstantSource clock) {
    return new ReportingWebhooks(keys(clock), clock);
  }
}
