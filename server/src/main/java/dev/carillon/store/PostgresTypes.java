package dev.carillon.store;

import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.spi.JdbiPlugin;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.TemplateEngine;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * How Java values travel to PostgreSQL and back.
 *
 * <ul>
 *   <li>Arrays bind as PostgreSQL arrays, so that one statement carries a batch: {@code
 *       unnest(:ids, :names)}, {@code = ANY(:ids)}. Object arrays may hold nulls. Lists bind like
 *       the array of their elements; an empty list leaves its type to the statement.
 *   <li>An {@link Instant} is a {@code timestamptz}, whatever the time zone of the connection; what
 *       is finer than a microsecond is cut off, and {@link Instant#MIN} and {@link Instant#MAX} are
 *       minus and plus infinity.
 *   <li>SQL is what it says: no template engine looks at {@code <…>}.
 * </ul>
 */
final class PostgresTypes implements JdbiPlugin {

  private static final Map<Class<?>, String> ELEMENTS =
      Map.ofEntries(
          Map.entry(long.class, "int8"),
          Map.entry(Long.class, "int8"),
          Map.entry(int.class, "int4"),
          Map.entry(Integer.class, "int4"),
          Map.entry(short.class, "int2"),
          Map.entry(Short.class, "int2"),
          Map.entry(double.class, "float8"),
          Map.entry(Double.class, "float8"),
          Map.entry(float.class, "float4"),
          Map.entry(Float.class, "float4"),
          Map.entry(boolean.class, "bool"),
          Map.entry(Boolean.class, "bool"),
          Map.entry(String.class, "text"),
          Map.entry(UUID.class, "uuid"),
          Map.entry(byte[].class, "bytea"),
          Map.entry(Instant.class, "timestamptz"));

  /** Years of any length with their era: PostgreSQL does not read the signed years of ISO 8601. */
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendValue(ChronoField.YEAR_OF_ERA, 4, 10, SignStyle.NEVER)
          .appendPattern("-MM-dd HH:mm:ss.SSSSSS'+00' ")
          .appendText(ChronoField.ERA, Map.of(0L, "BC", 1L, "AD"))
          .toFormatter(Locale.ROOT)
          .withChronology(IsoChronology.INSTANCE)
          .withZone(ZoneOffset.UTC);

  @Override
  public void customizeJdbi(Jdbi jdbi) {
    jdbi.registerArgument(new Arguments());
    jdbi.registerColumnMapper(Instant.class, new InstantMapper());
    jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP);
  }

  /** Prepared by type, as the library's own factories are, which would win otherwise. */
  private static final class Arguments implements ArgumentFactory.Preparable {
    @Override
    public Optional<Function<Object, Argument>> prepare(Type type, ConfigRegistry config) {
      return type instanceof Class<?> known && isOurs(known)
          ? Optional.of(value -> argument(known, value))
          : Optional.empty();
    }

    private static boolean isOurs(Class<?> type) {
      return type == Instant.class
          || Collection.class.isAssignableFrom(type)
          || (type.isArray() && typeName(type.getComponentType()) != null);
    }

    private static Argument argument(Class<?> type, @Nullable Object value) {
      return switch (value) {
        case null -> absent(type);
        case Instant instant -> timestamp(instant);
        case Collection<?> list -> list(list);
        case Instant[] instants -> array("timestamptz", timestamps(instants));
        default -> array(elementName(value.getClass().getComponentType()), value);
      };
    }

    /** The statement knows the type: a driver's null of a timestamp has none either. */
    private static Argument absent(Class<?> type) {
      var jdbcType = type == Instant.class ? Types.TIMESTAMP_WITH_TIMEZONE : Types.OTHER;
      return (position, statement, _) -> statement.setNull(position, jdbcType);
    }

    private static Argument timestamp(Instant instant) {
      var value = toTimestamp(instant);
      return (position, statement, _) -> statement.setObject(position, value);
    }

    private static Argument list(Collection<?> list) {
      var first = list.stream().filter(Objects::nonNull).findFirst().orElse(null);
      if (first == null) {
        var literal = "{" + String.join(",", Collections.nCopies(list.size(), "NULL")) + "}";
        return (position, statement, _) -> statement.setObject(position, literal, Types.OTHER);
      }
      var elements = (Object[]) Array.newInstance(first.getClass(), list.size());
      return argument(elements.getClass(), list.toArray(elements));
    }

    private static String elementName(Class<?> element) {
      var name = typeName(element);
      if (name == null) {
        throw new IllegalArgumentException(
            "A list of " + element.getName() + " does not bind as a PostgreSQL array.");
      }
      return name;
    }

    private static @Nullable String typeName(Class<?> element) {
      return ELEMENTS.get(element);
    }

    private static Argument array(String element, Object elements) {
      return (position, statement, context) -> {
        var array =
            context.getConnection().unwrap(PGConnection.class).createArrayOf(element, elements);
        statement.setArray(position, array);
      };
    }
  }

  private static @Nullable String[] timestamps(@Nullable Instant[] instants) {
    var texts = new @Nullable String[instants.length];
    for (var index = 0; index < instants.length; index++) {
      var instant = instants[index];
      texts[index] = instant == null ? null : text(instant);
    }
    return texts;
  }

  private static String text(Instant instant) {
    if (instant.equals(Instant.MAX)) {
      return "infinity";
    } else if (instant.equals(Instant.MIN)) {
      return "-infinity";
    }
    return TIMESTAMP.format(instant.truncatedTo(ChronoUnit.MICROS));
  }

  private static OffsetDateTime toTimestamp(Instant instant) {
    if (instant.equals(Instant.MAX)) {
      return OffsetDateTime.MAX;
    } else if (instant.equals(Instant.MIN)) {
      return OffsetDateTime.MIN;
    }
    return instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }

  private static final class InstantMapper implements ColumnMapper<Instant> {
    @Override
    public @Nullable Instant map(ResultSet row, int column, StatementContext context)
        throws SQLException {
      var value = row.getObject(column, OffsetDateTime.class);
      if (value == null) {
        return null;
      } else if (value.equals(OffsetDateTime.MAX)) {
        return Instant.MAX;
      } else if (value.equals(OffsetDateTime.MIN)) {
        return Instant.MIN;
      }
      return value.toInstant();
    }
  }
}
