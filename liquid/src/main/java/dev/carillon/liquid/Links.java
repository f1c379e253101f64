package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/**
 * Makes the addresses that tags print for one delivery. Called in the thread of the rendering, each
 * time a tag is written. Every method may answer null: there is no such link here, which stops the
 * rendering with a sentence that names the tag.
 */
public interface Links {
  /** The unsubscribe page of this person and delivery, for {@code {% unsubscribe_url %}}. */
  @Nullable String unsubscribe();

  /** The page of the person's preferences; where there is none, the unsubscribe page. */
  @Nullable String preferences();

  /** The copy of this delivery in the browser; e-mail only. */
  @Nullable String viewInBrowser();

  /**
   * The address that {@code {% cio_link %}} prints (journeys M-74).
   *
   * @param url the target as the template gives it, rendered
   * @param track whether clicks are to be counted
   * @param parameters whether the workspace's URL parameters are to be added
   */
  @Nullable String link(String url, boolean track, boolean parameters);

  /**
   * The signed id with which an app reports a click itself (journeys M-80); e-mail only.
   *
   * @param number which {@code cio_link_id} of this rendering it is, counted from 1
   */
  @Nullable String linkId(int number);

  /** No links at all, for text that belongs to no delivery. */
  static Links none() {
    return FixedLinks.NONE;
  }

  /**
   * Links that lead nowhere, for previews and tests: pages are {@code #}, a {@code cio_link} is its
   * target as it is.
   */
  static Links inert() {
    return FixedLinks.INERT;
  }
}
