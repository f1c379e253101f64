package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A server with a large base: people, their events of the past 90 days, and 500 segments. People
 * and events are copied into its database, segments are created through the management API and
 * built by the server itself.
 *
 * @param people how many
 * @param took how long loading took, when that was
 */
record SegmentsBase(RunningServer server, int people, Duration took) implements AutoCloseable {
  private static final String MARK = "loaded.properties";
  private static final Duration PATIENCE_TO_BUILD = Duration.ofMinutes(60);
  private static final List<String> LOADED =
      List.of("person", "person_identifier", "event", "event_seen");

  /**
   * Loads it, unless the folder holds one of this size that was loaded before. A folder whose
   * loading was broken off, or that holds another size, is emptied first.
   *
   * @param folder where the server gets its data folder
   */
  static SegmentsBase load(TestBed bed, Path folder, int people) {
    var known = known(folder, people);
    if (known != null) {
      bed.progress().say("segments: the base in %s is used again", folder);
      return new SegmentsBase(start(bed, folder), people, known);
    }
    Folders.delete(folder);
    make(folder);
    var server = start(bed, folder);
    try {
      long begun = System.nanoTime();
      fill(server, people, bed.progress());
      var took = Duration.ofNanos(System.nanoTime() - begun);
      server.database().expectNoDeadLetters();
      mark(folder, people, took);
      return new SegmentsBase(server, people, took);
    } catch (RuntimeException failure) {
      server.close();
      throw failure;
    }
  }

  private static RunningServer start(TestBed bed, Path folder) {
    bed.progress().say("segments: starting a server of its own");
    return RunningServer.start(bed.launcher(), folder, bed.sink().port());
  }

  private static void make(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException("The folder " + folder + " cannot be made.", failure);
    }
  }

  private static void fill(RunningServer server, int people, Progress progress) {
    var end = Instant.now();
    var base = BasePeople.load(server, people, end.minus(BaseEvents.SPAN), progress);
    BaseEvents.load(server, base, end, progress);
    for (var table : LOADED) {
      progress.say("segments: VACUUM ANALYZE %s", table);
      server.database().execute("VACUUM ANALYZE " + table);
    }
    indexForSearch(server.database(), people, progress);
    createSegments(server, progress);
    awaitBuilt(server, people, progress);
  }

  /** Copied people are told to the search as the server tells it of those it writes. */
  private static void indexForSearch(ServerDatabase database, int people, Progress progress) {
    if (database.number("SELECT count(*) FROM pg_class WHERE relname = 'search_pending'") == 0) {
      return;
    }
    database.execute("INSERT INTO search_pending SELECT workspace_id, person_id FROM person");
    var countdown = new Countdown(progress, "people indexed for search", people);
    long deadline = System.nanoTime() + PATIENCE_TO_BUILD.toNanos();
    for (long left = people; left > 0; ) {
      Pause.ofMillis(500);
      left = database.number("SELECT count(*) FROM search_pending");
      countdown.at(people - Math.min(left, people));
      if (System.nanoTime() > deadline) {
        throw new BenchFailure("The people were not indexed for search within an hour.");
      }
    }
  }

  private static void createSegments(RunningServer server, Progress progress) {
    var named = new ArrayList<Map.Entry<String, Map<String, Object>>>();
    for (var each : BaseSegments.mentioning()) {
      named.add(Map.entry(each.name(), each.conditions()));
    }
    for (var each : BaseSegments.others()) {
      named.add(Map.entry("other " + named.size(), each));
    }
    var countdown = new Countdown(progress, "segments created", named.size());
    for (int i = 0; i < named.size(); i++) {
      server.rules().segment(named.get(i).getKey(), named.get(i).getValue());
      countdown.at(i + 1);
    }
  }

  /** Watches the server build. What is left is counted in people who are still to be looked at. */
  private static void awaitBuilt(RunningServer server, int people, Progress progress) {
    long deadline = System.nanoTime() + PATIENCE_TO_BUILD.toNanos();
    long total = left(server, people);
    var countdown = new Countdown(progress, "evaluations of people", Math.max(1, total));
    while (true) {
      long left = left(server, people);
      countdown.at(Math.max(0, total - left));
      if (server.database().number("SELECT count(*) FROM build") == 0) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new BenchFailure("The segments were not built within an hour.");
      }
      Pause.ofMillis(500);
    }
  }

  private static long left(RunningServer server, int people) {
    return server
        .database()
        .number(
            """
            SELECT coalesce(sum(greatest(0, ? - coalesce(p.people_done, 0))), 0)::bigint
              FROM build LEFT JOIN build_pass p USING (pass_id)
            """,
            people);
  }

  private static @Nullable Duration known(Path folder, int people) {
    var file = folder.resolve(MARK);
    if (!Files.exists(file)) {
      return null;
    }
    var mark = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      mark.load(reader);
    } catch (IOException failure) {
      throw new UncheckedIOException("The file " + file + " cannot be read.", failure);
    }
    return mark.getProperty("people").equals(Integer.toString(people))
        ? Duration.ofMillis(Long.parseLong(mark.getProperty("millis")))
        : null;
  }

  private static void mark(Path folder, int people, Duration took) {
    try {
      Files.writeString(
          folder.resolve(MARK), "people=%d%nmillis=%d%n".formatted(people, took.toMillis()));
    } catch (IOException failure) {
      throw new UncheckedIOException("The base cannot be marked as loaded.", failure);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
