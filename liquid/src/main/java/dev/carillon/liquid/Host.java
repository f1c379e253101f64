package dev.carillon.liquid;

/**
 * What a rendering may ask of the program around it, beyond its data. Nothing here is asked unless
 * the template uses it. Parts that many renderings share must allow several threads.
 *
 * @param snippets behind {@code snippets.name}, unless the data has {@code snippets} itself
 * @param rows the results of collection queries, behind their names
 * @param links the addresses that tags print
 */
public record Host(Snippets snippets, Rows rows, Links links) {
  private static final Host NONE = new Host(Snippets.none(), Rows.none(), Links.none());

  /** Nothing to ask: no snippets, no collections, no links. */
  public static Host none() {
    return NONE;
  }

  /** The same host with other snippets. */
  public Host withSnippets(Snippets other) {
    return new Host(other, rows, links);
  }

  /** The same host with other results of collection queries. */
  public Host withRows(Rows other) {
    return new Host(snippets, other, links);
  }

  /** The same host with other links. */
  public Host withLinks(Links other) {
    return new Host(snippets, rows, other);
  }
}
