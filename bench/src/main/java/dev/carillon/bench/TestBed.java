package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the measurements of one run share: a server that is started when the first one needs it, a
 * mail sink, and numbers of people nobody has used yet. Used by one thread.
 */
final class TestBed implements AutoCloseable {
  /** Attribute of the people events are about; no other call names it. */
  static final String TIER = "tier";

  static final String GOLD = "gold";

  private final Launcher launcher;
  private final Path folder;
  private final Optional<Path> base;
  private final Sizes sizes;
  private final Progress progress;
  private final SmtpSink sink = SmtpSink.start();
  private @Nullable RunningServer server;
  private boolean peopleKnown;
  private long nextPerson;

  /**
   * @param folder where servers get their data folders; exists
   * @param base where a large base is kept from run to run; absent: it is not kept
   */
  TestBed(Launcher launcher, Path folder, Optional<Path> base, Sizes sizes, Progress progress) {
    this.launcher = launcher;
    this.folder = folder;
    this.base = base;
    this.sizes = sizes;
    this.progress = progress;
    this.nextPerson = sizes.people();
  }

  Launcher launcher() {
    return launcher;
  }

  Sizes sizes() {
    return sizes;
  }

  Progress progress() {
    return progress;
  }

  SmtpSink sink() {
    return sink;
  }

  /** Where a large base is kept from run to run. */
  Optional<Path> base() {
    return base;
  }

  /** A folder below that of the run; made if need be. */
  Path folder(String name) {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (IOException failure) {
      throw new UncheckedIOException("No folder can be made in " + folder + ".", failure);
    }
  }

  /** The server that most measurements share. */
  RunningServer server() {
    var running = server;
    if (running == null) {
      progress.say("starting the server");
      running = RunningServer.start(launcher, folder("server"), sink.port());
      server = running;
    }
    return running;
  }

  /** The shared server, with the people it has to know before events can be measured. */
  RunningServer serverWithPeople() {
    var running = server();
    if (!peopleKnown) {
      progress.say("identifying %,d people", sizes.people());
      try (var client = LoadClient.connect(running.port(), sizes.connections())) {
        Work.process(
            running,
            client,
            Sources.counted(Calls.profile(TIER, GOLD), 0, sizes.people(), each -> each));
      }
      peopleKnown = true;
    }
    return running;
  }

  /** Stops the shared server; the next one to ask starts it again on the same data. */
  void stopServer() {
    if (server != null) {
      server.close();
      server = null;
    }
  }

  /** The first of this many numbers that name nobody yet. */
  long newPeople(int count) {
    long first = nextPerson;
    nextPerson += count;
    return first;
  }

  @Override
  public void close() {
    stopServer();
    sink.close();
  }
}
