package dev.carillon.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into a table, by COPY in its binary form. Fields of a row are given in the
 * order of the columns. Nothing is stored unless {@link #finish} is reached. Used by one thread.
 */
final class BinaryCopy implements AutoCloseable {
  private static final int BUFFER = 1 << 18;
  private static final int LONGEST_ROW = 1 << 14;
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final LocalDate FIRST_DAY = LocalDate.of(2000, 1, 1);

  private final String table;
  private final CopyIn copy;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

  private BinaryCopy(String table, CopyIn copy) {
    this.table = table;
    this.copy = copy;
    buffer.put(SIGNATURE).putInt(0).putInt(0);
  }

  /**
   * Begins.
   *
   * @param columns the names, between commas
   */
  static BinaryCopy into(PGConnection connection, String table, String columns) {
    try {
      var sql = "COPY %s (%s) FROM STDIN (FORMAT binary)".formatted(table, columns);
      return new BinaryCopy(table, connection.getCopyAPI().copyIn(sql));
    } catch (SQLException failure) {
      throw failed(table, failure);
    }
  }

  /** Begins a row of so many fields, which follow. */
  BinaryCopy row(int fields) {
    if (buffer.remaining() < LONGEST_ROW) {
      flush();
    }
    buffer.putShort((short) fields);
    return this;
  }

  BinaryCopy int2(int value) {
    buffer.putInt(2).putShort((short) value);
    return this;
  }

  BinaryCopy int4(int value) {
    buffer.putInt(4).putInt(value);
    return this;
  }

  BinaryCopy int8(long value) {
    buffer.putInt(8).putLong(value);
    return this;
  }

  BinaryCopy text(CharSequence value) {
    var bytes = value.toString().getBytes(StandardCharsets.UTF_8);
    buffer.putInt(bytes.length).put(bytes);
    return this;
  }

  /** A {@code timestamptz}. */
  BinaryCopy instant(Instant value) {
    return int8(Duration.between(EPOCH, value).toNanos() / 1_000);
  }

  BinaryCopy date(LocalDate value) {
    return int4((int) (value.toEpochDay() - FIRST_DAY.toEpochDay()));
  }

  BinaryCopy uuid(UUID value) {
    buffer
        .putInt(16)
        .putLong(value.getMostSignificantBits())
        .putLong(value.getLeastSignificantBits());
    return this;
  }

  private void flush() {
    try {
      copy.writeToCopy(buffer.array(), 0, buffer.position());
      buffer.clear();
    } catch (SQLException failure) {
      throw failed(table, failure);
    }
  }

  /** Ends it. */
  void finish() {
    buffer.putShort((short) -1);
    flush();
    try {
      copy.endCopy();
    } catch (SQLException failure) {
      throw failed(table, failure);
    }
  }

  /** Gives up what was not finished. */
  @Override
  public void close() {
    if (copy.isActive()) {
      try {
        copy.cancelCopy();
      } catch (SQLException failure) {
        throw failed(table, failure);
      }
    }
  }

  private static BenchFailure failed(String table, SQLException failure) {
    return new BenchFailure(
        "Rows could not be copied into %s: %s".formatted(table, failure.getMessage()), failure);
  }
}
