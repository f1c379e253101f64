package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseTest {
  @AutoClose private static final TestDatabase test = TestDatabase.create();

  @BeforeEach
  void makeTable() {
    test.jdbi()
        .useHandle(handle ->
            handle.createScript("DROP TABLE IF EXISTS bell; CREATE TABLE bell (n int)").execute());
  }

  @Test
  void shouldOpenARunningServerByEitherFormOfItsUrl() {
    // given
    var parts = Pattern.compile("jdbc:(.*)\\?.*user=(\\w+)&password=(\\w+)").matcher(test.url());
    assertThat(parts.matches()).isTrue();
    var address = parts.group(1).replace("postgresql://", "");
    var libpq = "postgres://%s:%s@%s".formatted(parts.group(2), parts.group(3), address);
    // then
    for (var url : new String[] {libpq, test.url()}) {
      try (var database = Database.open(DatabaseSettings.of(url, Path.of("unused")))) {
        assertThat(database.read(DatabaseTest::bells)).isZero();
      }
    }
    assertThat(Path.of("unused")).doesNotExist();
  }

  @Test
  void shouldSayWhenTheServerCannotBeReached() {
    assertThatThrownBy(() ->
            Database.open(DatabaseSettings.external("postgres://ada:topsecret@127.0.0.1:1/x")))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("The database cannot be reached: ")
        .hasMessageNotContaining("topsecret");
  }

  @Test
  void shouldRefuseServersOlderThanFifteen() {
    assertThatThrownBy(() -> Database.refuseOld(14, "14.19"))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("Carillon needs PostgreSQL 15 or newer, but")
        .hasMessageEndingWith("is 14.19.");
    assertThatCode(() -> Database.refuseOld(15, "15.0")).doesNotThrowAnyException();
  }

  @Test
  void shouldCommitWhenTheWorkReturns() {
    var inserted = test.database().inTransaction(handle -> insert(handle, 1));

    assertThat(inserted).isEqualTo(1);
    assertThat(test.database().read(DatabaseTest::bells)).isEqualTo(1);
  }

  @Test
  void shouldRollBackWhenTheWorkThrowsAndPassTheExceptionOn() {
    var failure = new SQLException("planned");

    assertThatThrownBy(() ->
            test.database()
                .inTransaction(handle -> {
                  insert(handle, 1);
                  throw failure;
                }))
        .isSameAs(failure);
    assertThat(test.database().read(DatabaseTest::bells)).isZero();
  }

  @Test
  void shouldGiveDedicatedConnectionsTheirNameAndTheSameBindings() throws SQLException {
    try (var handle = test.database().dedicatedHandle("log writer");
        var connection = test.database().dedicated("listener")) {
      var names =
          handle
              .createQuery(
                  """
                  SELECT application_name FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name <> ALL(:others)
                   ORDER BY 1
                  """)
              .bind("others", new String[] {"carillon"})
              .mapTo(String.class)
              .list();
      assertThat(names).containsExactly("listener", "log writer");
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(
              handle.createQuery("SELECT :at").bind("at", Instant.EPOCH).mapTo(Instant.class).one())
          .isEqualTo(Instant.EPOCH);
    }
  }

  private static int insert(Handle handle, int number) {
    return handle.createUpdate("INSERT INTO bell VALUES (:n)").bind("n", number).execute();
  }

  private static int bells(Handle handle) {
    return handle.createQuery("SELECT count(*) FROM bell").mapTo(Integer.class).one();
  }
}
