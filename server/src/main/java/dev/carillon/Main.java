package dev.carillon;

import dev.carillon.demo.Demo;
import dev.carillon.demo.DemoFailure;
import dev.carillon.demo.DemoTarget;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Entry point of the program and its composition root. */
public final class Main {

  /**
   * The launcher names its own folder with this system property; the default data folder lies
   * there.
   */
  private static final String HOME_PROPERTY = "carillon.home";

  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;
  private static final int WRONG_USE = 2;

  private final Map<String, String> environment;
  private final Path home;
  private final PrintStream out;
  private final PrintStream errors;

  Main(Map<String, String> environment, Path home, PrintStream out, PrintStream errors) {
    this.environment = Map.copyOf(environment);
    this.home = home;
    this.out = out;
    this.errors = errors;
  }

  /**
   * Runs one command and ends the process: 0 it succeeded, 1 it failed, 2 it was asked in a wrong
   * way.
   */
  public static void main(String[] arguments) {
    var home = Path.of(System.getProperty(HOME_PROPERTY, "."));
    System.exit(new Main(System.getenv(), home, System.out, System.err).run(List.of(arguments)));
  }

  /** Runs one command and returns the exit code that {@link #main} documents. */
  int run(List<String> arguments) {
    try {
      return switch (new Commands(environment, home).parse(arguments)) {
        case Command.Start(var sources) -> start(Settings.read(sources));
        case Command.Demo(var sources) -> demo(Settings.read(sources));
        case Command.ShowSettings(var sources) -> print(SettingsTable.of(Settings.read(sources)));
        case Command.Version() -> print("Carillon " + version());
        case Command.Help(var text) -> print(text.stripTrailing());
        case Command.Unknown(var sentence) -> {
          errors.println(sentence);
          yield WRONG_USE;
        }
      };
    } catch (InvalidSettings e) {
      e.mistakes().forEach(errors::println);
      return WRONG_USE;
    }
  }

  private int start(Settings settings) {
    Logging.configure(settings.logFormat(), settings.logLevel());
    var log = LoggerFactory.getLogger(Main.class);
    var line = log.atInfo().addKeyValue("version", version());
    for (var each : settings.effective()) {
      if (each.text() != null) {
        line = line.addKeyValue(each.setting().name(), each.shown());
      }
    }
    line.log("starting");
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> endFor(log, thread, failure));
    var running = new CountDownLatch(1);
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  running.countDown();
                  await(stopped);
                },
                "stop"));
    try (var server = Server.start(settings)) {
      new ServerFile(URI.create(server.localUrl()), server.port(), ProcessHandle.current().pid())
          .write(settings.data());
      out.println(Greeting.of(server.localUrl(), settings, server.created()));
      log.atInfo().addKeyValue("url", server.localUrl()).log("started");
      await(running);
      log.info("stopping");
    } catch (RuntimeException failure) {
      log.debug("the start failed", failure);
      errors.println(failure.getMessage());
      return FAILURE;
    } finally {
      ServerFile.deleteOwn(settings.data());
      stopped.countDown();
    }
    log.info("stopped");
    return SUCCESS;
  }

  /**
   * A worker that dies of an error would keep its lanes and do nothing with them. Ending the
   * process gives them back; what was accepted is in the log.
   */
  private static void endFor(Logger log, Thread thread, Throwable failure) {
    log.error("{} died; the program ends, nothing accepted is lost", thread.getName(), failure);
    if (!thread.isVirtual()) {
      Runtime.getRuntime().halt(FAILURE);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private int demo(Settings settings) {
    var url =
        settings
            .publicUrl()
            .or(() -> ServerFile.ofRunningServer(settings.data()).map(ServerFile::url));
    if (url.isEmpty()) {
      errors.println("No server runs on " + settings.data() + "; start one with ./carillon start.");
      return FAILURE;
    }
    var file = CredentialsFile.read(settings.data());
    var siteId = settings.siteId().orElse(file.get("site_id"));
    var trackKey = settings.trackKey().orElse(file.get("track_api_key"));
    var appKey = settings.appKey().orElse(file.get("app_api_key"));
    if (siteId == null || trackKey == null || appKey == null) {
      errors.println(
          "The demo needs the server's keys, and "
              + CredentialsFile.in(settings.data())
              + " does not hold them; give them with --site-id, --track-key and --app-key.");
      return FAILURE;
    }
    var target = new DemoTarget(url.get(), siteId, trackKey, appKey);
    var console = System.console();
    try {
      new Demo(target, InstantSource.system(), out, console != null && console.isTerminal()).run();
      return SUCCESS;
    } catch (DemoFailure failure) {
      errors.println(failure.getMessage());
      return FAILURE;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return FAILURE;
    }
  }

  private int print(String text) {
    out.println(text);
    return SUCCESS;
  }

  private static String version() {
    return Objects.requireNonNullElse(
        Main.class.getPackage().getImplementationVersion(), "(not packaged)");
  }
}
