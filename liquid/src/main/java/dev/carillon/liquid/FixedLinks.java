package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** Links of no delivery: none, or ones that lead nowhere. */
enum FixedLinks implements Links {
  NONE(null),
  INERT("#");

  private final @Nullable String page;

  FixedLinks(@Nullable String page) {
    this.page = page;
  }

  @Override
  public @Nullable String unsubscribe() {
    return page;
  }

  @Override
  public @Nullable String preferences() {
    return page;
  }

  @Override
  public @Nullable String viewInBrowser() {
    return page;
  }

  @Override
  public @Nullable String link(String url, boolean track, boolean parameters) {
    return page == null ? null : url;
  }

  @Override
  public @Nullable String linkId(int number) {
    return page == null ? null : "preview";
  }
}
