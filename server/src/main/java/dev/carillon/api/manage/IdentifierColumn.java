package dev.carillon.api.manage;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Sizes;
import dev.carillon.http.Problem;
import dev.carillon.people.CioId;
import dev.carillon.people.EmailAddress;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first column of a CSV file (RFC 4180) as identifiers of one kind: UTF-8 with or without a
 * byte order mark, lines ended by LF or CR LF, with or without a header.
 */
final class IdentifierColumn {
  /** Rows a file may have, without its header. */
  static final int MOST_ROWS = 100_000;

  private static final Set<String> HEADERS = Set.of("id", "email", "cio_id");
  private static final int LONGEST_EMAIL_BYTES = 254;
  private static final int LONGEST_FIELD = 1024 * 1024;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final IdentifierKind kind;
  private final List<Row> rows = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();

  private IdentifierColumn(IdentifierKind kind) {
    this.kind = kind;
  }

  /** What is wrong with a row. */
  enum Reason {
    EMPTY,
    TOO_LONG,
    MALFORMED,
    DUPLICATE,
    /** It names nobody; known only once it was looked up. */
    UNKNOWN
  }

  /**
   * A row.
   *
   * @param number counted from 1 as a spreadsheet does, header and empty rows included
   * @param value as it stands in the file
   * @param wrong null when nothing is
   */
  record Row(int number, String value, @Nullable Identifier identifier, @Nullable Reason wrong) {}

  /**
   * Reads a file.
   *
   * @throws dev.carillon.http.ProblemException 422 for what is no CSV in UTF-8, and for more than
   *     {@value #MOST_ROWS} rows
   */
  static List<Row> read(byte[] file, IdentifierKind kind) {
    var column = new IdentifierColumn(kind);
    var number = 0;
    try (var records =
        CsvReader.builder()
            .skipEmptyLines(false)
            .allowExtraFields(true)
            .allowMissingFields(true)
            .allowUnclosedQuote(false)
            .allowExtraCharsAfterClosingQuote(false)
            .maxBufferSize(LONGEST_FIELD)
            .ofCsvRecord(text(file))) {
      for (var row : records) {
        number++;
        column.add(number, row);
      }
    } catch (CsvParseException | UncheckedIOException broken) {
      throw refused("the file is not well-formed CSV behind row " + number);
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory failed", impossible);
    }
    return column.rows;
  }

  private static String text(byte[] file) {
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
      return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    } catch (CharacterCodingException broken) {
      throw refused("the file is not UTF-8");
    }
  }

  private static RuntimeException refused(String detail) {
    return new Problem.Invalid(List.of(new Problem.Invalid.Fault("", detail))).thrown();
  }

  private void add(int number, CsvRecord row) {
    var value = row.getFieldCount() == 0 ? "" : row.getField(0);
    if (number == 1 && HEADERS.contains(value.strip().toLowerCase(Locale.ROOT))) {
      return;
    }
    if (rows.size() == MOST_ROWS) {
      throw refused("the file has more than " + MOST_ROWS + " rows");
    }
    var reason = wrong(value);
    var identifier = reason == null ? identifier(value) : null;
    if (identifier != null && !seen.add(identifier.key())) {
      reason = Reason.DUPLICATE;
    }
    rows.add(new Row(number, value, identifier, reason));
  }

  private @Nullable Reason wrong(String value) {
    if (value.isBlank()) {
      return Reason.EMPTY;
    }
    var longest =
        kind == IdentifierKind.EMAIL ? LONGEST_EMAIL_BYTES : PathIdentifier.LONGEST_ID_BYTES;
    if (Sizes.utf8(value) > longest) {
      return Reason.TOO_LONG;
    }
    var wellFormed =
        switch (kind) {
          case ID -> value.indexOf('\0') < 0;
          case EMAIL -> EmailAddress.isWellFormed(value);
          case CIO_ID -> CioId.personId(value).isPresent();
          case PHONE -> throw new IllegalStateException("phone numbers identify nobody");
        };
    return wellFormed ? null : Reason.MALFORMED;
  }

  private Identifier identifier(String value) {
    return switch (kind) {
      case ID -> Identifier.id(value);
      case EMAIL -> Identifier.email(value);
      case CIO_ID -> Identifier.cioId(bare(value));
      case PHONE -> throw new IllegalStateException("phone numbers identify nobody");
    };
  }

  private static String bare(String value) {
    return value.startsWith(PathIdentifier.CIO_ID_PREFIX)
        ? value.substring(PathIdentifier.CIO_ID_PREFIX.length())
        : value;
  }
}
