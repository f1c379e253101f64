package dev.carillon.liquid;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps parsed templates by their source, up to a weight. Shared by threads; a template that is
 * found costs no lock. What was not used since the last time room was needed goes first.
 *
 * <p>Sources that are not templates are not kept: each look-up refuses them anew.
 */
public final class TemplateCache {
  /** A template heavier than this part of the cache is parsed and not kept. */
  private static final int LARGEST_PART = 8;

  private final Environment environment;
  private final long mostBytes;
  private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();

  /** Guards {@link #order} and {@link #weight}. */
  private final ReentrantLock lock = new ReentrantLock();

  private final ArrayDeque<String> order = new ArrayDeque<>();
  private long weight;

  /**
   * An empty cache.
   *
   * @param environment what the sources are parsed with
   * @param mostBytes about how much memory the templates and their sources may take together
   */
  public TemplateCache(Environment environment, long mostBytes) {
    if (mostBytes < 1) {
      throw new IllegalArgumentException("a cache needs room, not " + mostBytes + " bytes");
    }
    this.environment = environment;
    this.mostBytes = mostBytes;
  }

  private static final class Entry {
    private final Template template;
    private volatile boolean used;

    Entry(Template template) {
      this.template = template;
    }
  }

  /**
   * The template of {@code source}, parsed at most now.
   *
   * @throws LiquidSyntaxException when the source is not a template
   */
  public Template get(String source) {
    Entry known = entries.get(source);
    if (known == null) {
      Template template = environment.parse(source);
      if (template.weight() <= mostBytes / LARGEST_PART) {
        keep(source, new Entry(template));
      }
      return template;
    }
    if (!known.used) {
      known.used = true;
    }
    return known.template;
  }

  /** How many templates are kept. */
  public int size() {
    return entries.size();
  }

  /** About how many bytes they take; never more than the cache was given. */
  public long weight() {
    lock.lock();
    try {
      return weight;
    } finally {
      lock.unlock();
    }
  }

  private void keep(String source, Entry entry) {
    lock.lock();
    try {
      if (entries.putIfAbsent(source, entry) != null) {
        return;
      }
      order.add(source);
      weight += entry.template.weight();
      while (weight > mostBytes) {
        String oldest = order.remove();
        Entry candidate = entries.get(oldest);
        if (candidate != null && candidate.used) {
          candidate.used = false;
          order.add(oldest);
        } else if (candidate != null) {
          entries.remove(oldest);
          weight -= candidate.template.weight();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
