package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.result.RowView;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresTypesTest {
  @AutoClose private static final TestDatabase test = TestDatabase.empty();

  private static final UUID ID = UUID.fromString("018f0000-0000-7000-8000-000000000001");
  private static final Instant NOON = Instant.parse("2026-07-01T12:00:00.123456Z");

  @Test
  void shouldBindPrimitiveArraysAsTheirPostgresType() {
    assertThat(typeOf(new long[] {1, Long.MIN_VALUE}))
        .isEqualTo("bigint[] {1,-9223372036854775808}");
    assertThat(typeOf(new int[] {1, -2})).isEqualTo("integer[] {1,-2}");
    assertThat(typeOf(new short[] {1, -2})).isEqualTo("smallint[] {1,-2}");
    assertThat(typeOf(new double[] {0.5, -1e300})).isEqualTo("double precision[] {0.5,-1e+300}");
    assertThat(typeOf(new float[] {0.5f})).isEqualTo("real[] {0.5}");
    assertThat(typeOf(new boolean[] {true, false})).isEqualTo("boolean[] {t,f}");
    assertThat(typeOf(new long[0])).isEqualTo("bigint[] {}");
  }

  @Test
  void shouldBindObjectArraysWithNulls() {
    assertThat(typeOf(new String[] {"a,\"b\" \\ {ü}", null, "", "NULL"}))
        .isEqualTo("text[] {\"a,\\\"b\\\" \\\\ {ü}\",NULL,\"\",\"NULL\"}");
    assertThat(typeOf(new UUID[] {ID, null})).isEqualTo("uuid[] {" + ID + ",NULL}");
    assertThat(typeOf(new Long[] {7L, null})).isEqualTo("bigint[] {7,NULL}");
    assertThat(typeOf(new Integer[] {7, null})).isEqualTo("integer[] {7,NULL}");
    assertThat(typeOf(new Double[] {0.5, null})).isEqualTo("double precision[] {0.5,NULL}");
    assertThat(typeOf(new Boolean[] {true, null})).isEqualTo("boolean[] {t,NULL}");
    assertThat(typeOf(new byte[][] {{0, -1}, null, {}}))
        .isEqualTo("bytea[] {\"\\\\x00ff\",NULL,\"\\\\x\"}");
  }

  @Test
  void shouldBindListsLikeArraysOfTheirElements() {
    assertThat(typeOf(List.of(1L, 2L))).isEqualTo("bigint[] {1,2}");
    assertThat(typeOf(Arrays.asList(null, "x"))).isEqualTo("text[] {NULL,x}");
    assertThat(unnested("SELECT * FROM unnest(:value::int8[])", List.of())).isEmpty();
    assertThat(unnested("SELECT 1 WHERE 5 = ANY(:value)", List.of())).isEmpty();
    assertThat(unnested("SELECT 1 WHERE 5 = ANY(:value)", List.of(4, 5))).containsExactly(1L);
  }

  @Test
  void shouldBindInstantArraysAndListsAsTimestamps() {
    // given the JVM's time zone, and so the connection's, is not UTC
    assertThat(zone()).isNotIn("UTC", "Etc/UTC", "GMT");
    var instants =
        new Instant[] {
          NOON,
          null,
          Instant.EPOCH,
          Instant.MAX,
          Instant.MIN,
          Instant.parse("-0043-03-15T00:00:00Z"),
          Instant.parse("+12026-07-01T00:00:00Z")
        };
    // when
    var rows =
        test.jdbi()
            .withHandle(handle ->
                handle
                    .createQuery(
                        """
                        SELECT t::text FROM (SELECT t AT TIME ZONE 'UTC' AS t
                                               FROM unnest(:instants) AS t) AS utc
                        """)
                    .bind("instants", instants)
                    .mapTo(String.class)
                    .list());
    // then
    assertThat(rows)
        .containsExactly(
            "2026-07-01 12:00:00.123456",
            null,
            "1970-01-01 00:00:00",
            "infinity",
            "-infinity",
            "0044-03-15 00:00:00 BC",
            "12026-07-01 00:00:00");
    assertThat(typeOf(List.of(NOON))).startsWith("timestamp with time zone[] ");
  }

  @Test
  void shouldReadWhatItBound() {
    var instants = new Instant[] {NOON, Instant.EPOCH};
    test.jdbi()
        .useHandle(handle -> {
          var query =
              handle
                  .createQuery("SELECT :longs, :texts, :instants, :ids, :bytes")
                  .bind("longs", new long[] {1, 2})
                  .bind("texts", new String[] {"a", null})
                  .bind("instants", instants)
                  .bind("ids", new UUID[] {ID})
                  .bind("bytes", new byte[] {1, 2});
          var row =
              query
                  .map((RowView view) ->
                      List.of(
                          view.getColumn(1, long[].class),
                          view.getColumn(2, String[].class),
                          view.getColumn(3, new GenericType<List<Instant>>() {}),
                          view.getColumn(4, UUID[].class),
                          view.getColumn(5, byte[].class)))
                  .one();
          assertThat(row.get(0)).isEqualTo(new long[] {1, 2});
          assertThat(row.get(1)).isEqualTo(new String[] {"a", null});
          assertThat(row.get(2)).isEqualTo(List.of(instants));
          assertThat(row.get(3)).isEqualTo(new UUID[] {ID});
          assertThat(row.get(4)).isEqualTo(new byte[] {1, 2});
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"})
  void shouldKeepAnInstantWhateverTheTimeZoneOfTheConnection(String zone) {
    try (var handle = test.database().dedicatedHandle("zones")) {
      handle.execute("SET TIME ZONE '" + zone + "'");
      for (var instant :
          List.of(
              NOON,
              Instant.EPOCH,
              Instant.MAX,
              Instant.MIN,
              Instant.parse("1899-12-31T23:59:59Z"))) {
        var back = handle.createQuery("SELECT :at").bind("at", instant).mapTo(Instant.class).one();
        assertThat(back).isEqualTo(instant);
      }
      var micros =
          handle
              .createQuery("SELECT extract(epoch FROM :at) * 1000000")
              .bind("at", NOON)
              .mapTo(Long.class)
              .one();
      assertThat(micros).isEqualTo(1_782_907_200_123_456L);
    }
  }

  @Test
  void shouldCutWhatIsFinerThanAMicrosecond() {
    var late = Instant.parse("2026-12-31T23:59:59.999999999Z");
    var back =
        test.jdbi()
            .withHandle(handle ->
                handle
                    .createQuery(
                        "SELECT :one = (:array)[1] AND :one = '2026-12-31T23:59:59.999999Z'")
                    .bind("one", late)
                    .bind("array", new Instant[] {late})
                    .mapTo(Boolean.class)
                    .one());
    assertThat(back).isTrue();
  }

  @Test
  void shouldBindAndReadAbsence() {
    test.jdbi()
        .useHandle(handle -> {
          var row =
              handle
                  .createQuery(
                      "SELECT :at::timestamptz IS NULL AND :ids::int8[] IS NULL, :at::timestamptz")
                  .bindByType("at", null, Instant.class)
                  .bindByType("ids", null, long[].class)
                  .map((RowView view) ->
                      view.getColumn(1, Boolean.class) + " " + view.getColumn(2, Instant.class))
                  .one();
          assertThat(row).isEqualTo("true null");
        });
  }

  @Test
  void shouldLeaveComparisonsInSqlAlone() {
    var answer =
        test.jdbi()
            .withHandle(handle ->
                handle
                    .createQuery(
                        "SELECT count(*) FROM (VALUES (1),(5)) v(b) WHERE b <b+:one AND b>2")
                    .bind("one", 1)
                    .mapTo(Integer.class)
                    .one());
    assertThat(answer).isEqualTo(1);
  }

  private static String typeOf(Object value) {
    return test.jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    "SELECT pg_typeof(v) || ' ' || v::text FROM (SELECT :value AS v) AS bound")
                .bind("value", value)
                .mapTo(String.class)
                .one());
  }

  private static List<Long> unnested(String sql, Object value) {
    return test.jdbi()
        .withHandle(
            handle -> handle.createQuery(sql).bind("value", value).mapTo(Long.class).list());
  }

  private static String zone() {
    return test.jdbi()
        .withHandle(handle -> handle.createQuery("SHOW TimeZone").mapTo(String.class).one());
  }
}
