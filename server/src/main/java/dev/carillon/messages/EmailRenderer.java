package dev.carillon.messages;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.InstantSource;

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
   * @param version of the campaign
   */
  public record Key(int campaignId, int version, int actionId) {}

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
