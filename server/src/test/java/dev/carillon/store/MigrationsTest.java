package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {
  @AutoClose private final TestDatabase test = TestDatabase.empty();
  @TempDir private Path folder;

  @BeforeEach
  void writeTwoMigrations() throws IOException {
    migration("V0001__bells.sql", "CREATE TABLE bell (name text); INSERT INTO bell VALUES ('a');");
    // Slow enough that others arrive meanwhile.
    migration("V0002__more.sql", "SELECT pg_sleep(0.3); INSERT INTO bell VALUES ('b');");
  }

  @Test
  void shouldApplyMigrationsInOrderAndOnlyOnce() {
    open().close();
    open().close();

    assertThat(bells()).isEqualTo("a,b");
  }

  @Test
  void shouldLetProgramsThatStartTogetherTakeTurns() throws Exception {
    // when
    var opened = new ArrayList<Future<Database>>();
    try (var programs = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var program = 0; program < 4; program++) {
        opened.add(programs.submit(this::open));
      }
    }
    // then
    for (var each : opened) {
      each.get().close();
    }
    assertThat(bells()).isEqualTo("a,b");
  }

  @Test
  void shouldRefuseASchemaNewerThanTheProgram() throws IOException {
    // given
    migration("V0003__future.sql", "INSERT INTO bell VALUES ('c');");
    open().close();
    // when an older program starts
    Files.delete(folder.resolve("V0003__future.sql"));
    // then
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "The database schema is at version 0003, made by a newer Carillon, but this program"
                + " knows it only up to 0002; start the newer program or restore an older backup.");
  }

  @Test
  void shouldRefuseAnAppliedMigrationThatHasChanged() throws IOException {
    open().close();
    migration("V0002__more.sql", "INSERT INTO bell VALUES ('other');");

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("0002")
        .hasMessageContaining("checksum");
  }

  @Test
  void shouldLeaveTheSchemaAsItWasWhenAMigrationFails() throws IOException {
    migration("V0003__wrong.sql", "INSERT INTO bell VALUES ('c'); SELECT 1/0;");

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("division by zero");
    assertThat(bells()).isEqualTo("a,b");
  }

  @Test
  void shouldBuildAnIndexConcurrently() throws IOException {
    migration("V0003__index.sql", "CREATE INDEX CONCURRENTLY bell_name ON bell (name);");

    open().close();

    assertThat(one("SELECT count(*)::text FROM pg_indexes WHERE indexname = 'bell_name'"))
        .isEqualTo("1");
  }

  private Database open() {
    return Database.open(
        DatabaseSettings.external(test.url())
            .withMigrations("filesystem:" + folder)
            .withMaxConnections(1));
  }

  private void migration(String name, String sql) throws IOException {
    Files.writeString(folder.resolve(name), sql);
  }

  private String bells() {
    return one("SELECT string_agg(name, ',' ORDER BY name) FROM bell");
  }

  private String one(String sql) {
    return test.database().read(handle -> handle.createQuery(sql).mapTo(String.class).one());
  }
}
