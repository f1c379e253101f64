package dev.carillon.messages;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;

/**
 * Turns templates into mails for one person each. A template is compiled once per version and its
 * immutable form shared by all threads; the 2,000 used last are kept.
 */
public final class EmailRenderer {
  private static final int KEPT = 2_000;

  private final InstantSource clock;
  private final Cache<Key, CompiledEmail> compiled =
      Caffeine.newBuilder().maximumSize(KEPT).build();

  /**
   * Names one content that never changes, so that its compiled form can be kept.
   *
   * @param name tells it from all others
   */
  public record Key(String name) {
    /** A step of a campaign. */
    public static Key ofStep(int campaignId, int version, int actionId) {
      return new Key("campaign/%d/%d/%d".formatted(campaignId, version, actionId));
    }

    /** A language of a transactional message. */
    public static Key ofMessage(WorkspaceId workspace, int id, int version, String language) {
      return new Key(
          "transactional/%d/%d/%d/%s".formatted(workspace.value(), id, version, language));
    }

    /** A content that was written for one delivery, by what it says. */
    public static Key of(EmailTemplate template) {
      try {
        var hash =
            MessageDigest.getInstance("SHA-256")
                .digest(template.toString().getBytes(StandardCharsets.UTF_8));
        return new Key("text/" + HexFormat.of().formatHex(hash));
      } catch (NoSuchAlgorithmException missing) {
        throw new IllegalStateException("This Java runtime has no SHA-256", missing);
      }
    }
  }

  /** Renders {@code 'now'} as what this clock says. */
  public EmailRenderer(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Renders a template for one delivery; the same key must always come with the same template. The
   * same delivery and data give the same mail, random choices included, whenever it is repeated.
   */
  public Rendering render(Key key, EmailTemplate template, MessageScope scope) {
    return compiled.get(key, _ -> CompiledEmail.of(template)).render(scope, clock);
  }
}
