package dev.carillon.liquid;

/** Makes the tags of one name while a template is parsed; see {@link Environment#withTag}. */
@FunctionalInterface
public interface TagFactory {
  /** The tag for {@code markup}. Throws {@link TagMarkup#error} for arguments it cannot take. */
  Tag create(TagMarkup markup);
}
