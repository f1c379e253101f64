package dev.carillon.store;

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
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.spi.JdbiPlugin;
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

  /** Years of any length with their era: PostgreSQL does not read the signed years of ISO 8601. */
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendValue(ChronoField.YEAR_OF_ERA, 4, 10, SignStyle.NEVER)
          .appendPattern("-MM-dd HH:mm:ss.SSSSSS'+00' ")
          .appendText(ChronoField.ERA, TextStyle.SHORT)
          .toFormatter(Locale.ROOT)
          .withChronology(IsoChronology.INSTANCE)
          .withZone(ZoneOffset.UTC);

  @Override
  public void customizeJdbi(Jdbi jdbi) {
    jdbi.registerArgument(new Arguments());
    jdbi.registerColumnMapper(Instant.class, new InstantMapper());
    jdbi.getConfig(org.jdbi.v3.core.statement.SqlStatements.class)
        .setTemplateEngine(TemplateEngine.NOP);
  }

  private static final class Arguments implements ArgumentFactory {
    @Override
    public Optional<Argument> build(Type type, @Nullable Object value, ConfigRegistry config) {
      return Optional.ofNullable(argument(type, value));
    }

    private static @Nullable Argument argument(Type type, @Nullable Object value) {
      return switch (value) {
        case null -> absent(type);
        case Instant instant -> timestamp(instant);
        case Object[] array -> objects(array);
        case Collection<?> list -> list(list);
        case long[] array -> array("int8", array);
        case int[] array -> array("int4", array);
        case short[] array -> array("int2", array);
        case double[] array -> array("float8", array);
        case float[] array -> array("float4", array);
        case boolean[] array -> array("bool", array);
        default -> null;
      };
    }

    private static @Nullable Argument absent(Type type) {
      if (!(type instanceof Class<?> wanted)) {
        return null;
      }
      if (wanted == Instant.class) {
        return (position, statement, _) ->
            statement.setNull(position, Types.TIMESTAMP_WITH_TIMEZONE);
      }
      if (wanted.isArray() && wanted != byte[].class) {
        return (position, statement, _) -> statement.setNull(position, Types.OTHER);
      }
      return null;
    }

    private static Argument timestamp(Instant instant) {
      var value = toTimestamp(instant);
      return (position, statement, _) -> statement.setObject(position, value);
    }

    private static @Nullable Argument objects(Object[] array) {
      var element = array.getClass().getComponentType();
      if (element == Instant.class) {
        return array("timestamptz", timestamps(array));
      }
      var name = typeName(element);
      return name == null ? null : array(name, array);
    }

    private static @Nullable Argument list(Collection<?> list) {
      var first = list.stream().filter(Objects::nonNull).findFirst().orElse(null);
      if (first == null) {
        var literal =
            "{" + String.join(",", java.util.Collections.nCopies(list.size(), "NULL")) + "}";
        return (position, statement, _) -> statement.setObject(position, literal, Types.OTHER);
      }
      var elements = (Object[]) java.lang.reflect.Array.newInstance(first.getClass(), list.size());
      return objects(list.toArray(elements));
    }

    private static @Nullable String typeName(Class<?> element) {
      if (element == Long.class) {
        return "int8";
      } else if (element == Integer.class) {
        return "int4";
      } else if (element == Short.class) {
        return "int2";
      } else if (element == Double.class) {
        return "float8";
      } else if (element == Float.class) {
        return "float4";
      } else if (element == Boolean.class) {
        return "bool";
      } else if (element == String.class) {
        return "text";
      } else if (element == UUID.class) {
        return "uuid";
      } else if (element == byte[].class) {
        return "bytea";
      }
      return null;
    }

    private static Argument array(String element, Object elements) {
      return (position, statement, context) -> {
        var array =
            context.getConnection().unwrap(PGConnection.class).createArrayOf(element, elements);
        statement.setArray(position, array);
      };
    }
  }

  private static String[] timestamps(Object[] instants) {
    var texts = new String[instants.length];
    for (var index = 0; index < instants.length; index++) {
      texts[index] = instants[index] instanceof Instant instant ? text(instant) : null;
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
