package dev.carillon.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real processes: started, killed, stopped. */
class EmbeddedPostgresTest {
  private static final Path BINARIES = Path.of("target/test-binaries").toAbsolutePath();

  private final List<AutoCloseable> open = new ArrayList<>();
  private Path data = Path.of(".");

  /** Below the build's folder, not the user's temporary one, which other users may not enter. */
  @BeforeEach
  void makeDataFolder() throws IOException {
    var target = Files.createDirectories(Path.of("target").toAbsolutePath());
    data =
        Files.createTempDirectory(
            target,
            "data-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }

  @AfterEach
  void stopWhatRuns() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
    var left = PostmasterFile.read(cluster());
    assertThat(left).as("no server is left behind").isEmpty();
    Folders.delete(data);
  }

  @Test
  void shouldStartStopAndKeepDataOverARestart() throws Exception {
    // given
    try (var database = Database.open(settings())) {
      database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE bell AS SELECT 7 AS n"));
    }
    assertThat(PostmasterFile.read(cluster())).isEmpty();
    // when
    var again = database();
    // then
    assertThat(number(again, "SELECT n FROM bell")).isEqualTo(7);
  }

  @Test
  void shouldRunTheReleaseItNamesWithDurabilityOnAndFewRights() {
    var database = database();

    assertThat(text(database, "SHOW server_version")).isEqualTo(PostgresBinaries.VERSION);
    for (var setting :
        List.of("fsync", "full_page_writes", "synchronous_commit", "data_checksums")) {
      assertThat(text(database, "SHOW " + setting)).as(setting).isEqualTo("on");
    }
    assertThat(text(database, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
    assertThat(text(database, "SELECT datcollate FROM pg_database WHERE datname = 'carillon'"))
        .isEqualTo("C.UTF-8");
    assertThat(
            text(
                database,
                "SELECT concat_ws(',', rolsuper, rolcreaterole, rolcreatedb, rolreplication)"
                    + " FROM pg_roles WHERE rolname = current_user"))
        .isEqualTo("f,f,f,f");
    assertThat(number(database, "SELECT count(*) FROM pg_stat_statements")).isPositive();
  }

  @Test
  void shouldKeepPasswordsToTheUserOfTheProgram() throws IOException {
    start();

    var file = data.resolve("postgres/passwords.properties");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() ->
            Database.open(
                DatabaseSettings.external(
                    "postgres://carillon:wrong@127.0.0.1:" + port() + "/carillon")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("password authentication failed");
  }

  @Test
  void shouldBringAKilledServerBackAndHealThePool() throws SQLException {
    // given
    var server = start();
    var database = Database.pooled(new Connector(server::url), 4, null);
    open.add(database);
    database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE bell AS SELECT 7 AS n"));
    var first = server.process();
    // when
    first.destroyForcibly();
    // then
    await().atMost(60, SECONDS).until(() -> server.process().pid() != first.pid());
    await()
        .atMost(60, SECONDS)
        .ignoreExceptionsInstanceOf(JdbiException.class)
        .until(() -> number(database, "SELECT n FROM bell") == 7);
    try (var dedicated = database.dedicated("again")) {
      assertThat(dedicated.isValid(1)).isTrue();
    }
  }

  @Test
  void shouldComeBackOnAnotherPortWhenItsOwnIsTaken() throws IOException {
    // given a server that was killed together with its program
    var child = child();
    var before = child.ready();
    child.kill();
    ProcessHandle.of(before.pid()).ifPresent(ProcessHandle::destroyForcibly);
    await().atMost(60, SECONDS).until(() -> canBind(before.port()));
    // when somebody else takes the port
    try (var squatter = new ServerSocket(before.port(), 1, InetAddress.ofLiteral("127.0.0.1"))) {
      var database = database();
      // then
      assertThat(port()).isNotEqualTo(squatter.getLocalPort());
      assertThat(number(database, "SELECT 1")).isEqualTo(1);
    }
  }

  @Test
  void shouldTakeOverTheServerOfAKilledProgram() {
    // given
    var child = child();
    var orphan = child.ready();
    // when
    child.kill();
    var server = start();
    // then
    assertThat(server.process().pid()).isEqualTo(orphan.pid());
    assertThat(port()).isEqualTo(orphan.port());
    var database = Database.pooled(new Connector(server::url), 1, null);
    open.add(database);
    assertThat(number(database, "SELECT 1")).isEqualTo(1);
    // and it looks after it like after its own
    server.process().destroyForcibly();
    await()
        .atMost(60, SECONDS)
        .ignoreExceptionsInstanceOf(JdbiException.class)
        .until(() -> number(database, "SELECT 1") == 1);
    assertThat(server.process().pid()).isNotEqualTo(orphan.pid());
  }

  @Test
  void shouldStopTheServerWhenTheProgramEndsNormally() throws Exception {
    var child = child();
    var server = child.ready();

    child.process().outputWriter().close();

    assertThat(child.process().waitFor(60, SECONDS)).isTrue();
    assertThat(ProcessHandle.of(server.pid()).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void shouldRefuseADataFolderThatAnotherProgramUses() {
    // given
    var child = child();
    child.ready();
    // then
    assertThatThrownBy(this::start)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(
            "is in use by another running Carillon, process " + child.process().pid());
    // and the same within one process
    child.kill();
    start();
    assertThatThrownBy(this::start)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("process " + ProcessHandle.current().pid());
  }

  @Test
  void shouldIgnoreALockFileOfAProcessThatIsSomebodyElseByNow() throws IOException {
    // given: after a reboot the number in the file belongs to another program
    start().close();
    Files.writeString(
        cluster().resolve("postmaster.pid"),
        "%d\n%s\n1700000000\n5432\n\n127.0.0.1\n  1234 5678\nready   \n"
            .formatted(ProcessHandle.current().pid(), cluster()));
    // then
    assertThat(number(database(), "SELECT 1")).isEqualTo(1);
  }

  @Test
  void shouldFinishASetUpThatWasInterrupted() throws IOException {
    // given
    var half = Files.createDirectories(data.resolve("postgres/cluster.partial"));
    Files.writeString(half.resolve("PG_VERSION"), "18\n");
    // then
    assertThat(number(database(), "SELECT 1")).isEqualTo(1);
    assertThat(half).doesNotExist();
  }

  @Test
  void shouldRefuseTheDataOfAnotherMajorVersion() throws IOException {
    // given
    start().close();
    Files.writeString(cluster().resolve("PG_VERSION"), "19\n");
    // then
    assertThatThrownBy(this::start)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(
            "was written by PostgreSQL 19, but this Carillon brings PostgreSQL 18.6");
  }

  @Test
  void shouldSayWhatPostgresSaidWhenItDoesNotStart() throws IOException {
    start().close();
    Files.writeString(data.resolve("postgres/custom.conf"), "shared_buffers = 'a lot'\n");

    assertThatThrownBy(this::start)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("does not start")
        .hasMessageContaining("shared_buffers");
  }

  @Test
  void shouldSayThatTheDataFolderCannotBeWritten() throws IOException {
    var file = Files.writeString(data.resolve("file"), "not a folder");

    assertThatThrownBy(
            () -> EmbeddedPostgres.start(new DatabaseSettings.Embedded(file.resolve("data"))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cannot be used")
        .hasMessageContaining("CARILLON_DATA");
  }

  @Test
  void shouldRunForRootInAFolderThatNobodyElseMayEnter() throws Exception {
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    assumeThat(new ProcessBuilder("unshare", "--user", "true").start().waitFor()).isZero();
    // given
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    // when
    start().close();
    var server = start();
    // then
    assertThat(Files.getOwner(cluster()).getName()).isEqualTo("root");
    var database = Database.pooled(new Connector(server::url), 1, null);
    open.add(database);
    server.process().destroyForcibly();
    await()
        .atMost(60, SECONDS)
        .ignoreExceptionsInstanceOf(JdbiException.class)
        .until(() -> number(database, "SELECT 1") == 1);
  }

  private DatabaseSettings settings() {
    return new DatabaseSettings(
        new DatabaseSettings.Embedded(data, BINARIES, 32, false),
        4,
        DatabaseSettings.DEFAULT_MIGRATIONS);
  }

  private EmbeddedPostgres start() {
    var server = EmbeddedPostgres.start((DatabaseSettings.Embedded) settings().server());
    open.add(server);
    return server;
  }

  private Database database() {
    var database = Database.open(settings());
    open.add(database);
    return database;
  }

  private Child child() {
    try {
      var process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  EmbeddedProgram.class.getName(),
                  data.toString(),
                  BINARIES.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      var child = new Child(process, process.inputReader());
      open.add(child::kill);
      return child;
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private Path cluster() {
    return data.resolve("postgres/cluster");
  }

  private int port() {
    try {
      return PostmasterFile.read(cluster()).orElseThrow().port();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static boolean canBind(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  private static String text(Database database, String sql) {
    return database.read(handle -> handle.createQuery(sql).mapTo(String.class).one());
  }

  private static int number(Database database, String sql) {
    return database.read(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
  }

  private record Server(long pid, int port) {}

  private record Child(Process process, BufferedReader output) {
    Server ready() {
      try {
        var words = String.valueOf(output.readLine()).split(" ", 2);
        return new Server(Long.parseLong(words[0]), Integer.parseInt(words[1]));
      } catch (IOException failure) {
        throw new AssertionError(failure);
      }
    }

    void kill() {
      process.destroyForcibly();
      try {
        process.waitFor();
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }
  }
}
