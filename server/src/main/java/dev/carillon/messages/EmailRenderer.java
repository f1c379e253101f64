package dev.carillon.messages;

import dev.carillon.liquid.Environment;
import dev.carillon.liquid.TemplateCache;
import java.time.InstantSource;
import java.util.Map;

/**
 * Turns templates into mails for one person each. Each text is parsed once and its immutable form
 * shared by all threads, whichever message it stands in; what was used last is kept.
 */
public final class EmailRenderer {
  /** Choice: room for some hundred bodies of usual size, a small part of the heap. */
  private static final long CACHE_BYTES = 16 * 1_024 * 1_024;

  private static final long DRAFT_BYTES = 64 * 1_024;

  private final InstantSource clock;
  private final TemplateCache templates;

  private EmailRenderer(InstantSource clock, long cacheBytes) {
    this.clock = clock;
    this.templates = new TemplateCache(Environment.standard(), cacheBytes);
  }

  /** Renders {@code 'now'} as what this clock says. */
  public EmailRenderer(InstantSource clock) {
    this(clock, CACHE_BYTES);
  }

  /** For texts that are hardly ever rendered twice, such as drafts: keeps next to nothing. */
  public static EmailRenderer ofDrafts(InstantSource clock) {
    return new EmailRenderer(clock, DRAFT_BYTES);
  }

  /**
   * Renders a template for one delivery. The same delivery and data give the same mail, random
   * choices included, whenever it is repeated.
   *
   * @param linkParameters what its links get, name → Liquid; a variable that is missing there
   *     prints nothing, since they are the same for all messages
   */
  public Rendering render(
      EmailTemplate template, MessageScope scope, Map<String, String> linkParameters) {
    return CompiledEmail.of(template, linkParameters, templates).render(scope, clock);
  }
}
