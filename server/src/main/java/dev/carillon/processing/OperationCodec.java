package dev.carillon.processing;

import dev.carillon.events.EventKind;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of an {@link Operation} in the log: a version byte, a type byte, then its fields in
 * order.
 *
 * <pre>
 * operation  = version(1) type workspace body
 * identify   = identifier written-at flags attributes     flags: 1 = update only
 * event      = optional-identifier optional-text(anonymous id) kind text(name)
 *              optional-text(event id) occurred-at bytes(data)
 * delete     = identifier
 * identifier = kind text         optional-identifier = 0 | identifier
 * text       = length+1 UTF-8    optional-text = 0 | text
 * bytes      = length bytes
 * attributes = count { text value }
 * value      = 0 null | 1 false | 2 true | 3 long | 4 double | 5 text | 6 count value… | 7 attributes
 * </pre>
 *
 * Numbers are variable-length, signed ones zigzag. A later version may add types and versions; it
 * must go on reading this one, because the log outlives an upgrade.
 */
public final class OperationCodec {
  private static final int VERSION = 1;

  private static final int IDENTIFY = 1;
  private static final int EVENT = 2;
  private static final int DELETE = 3;

  private static final int NULL = 0;
  private static final int FALSE = 1;
  private static final int TRUE = 2;
  private static final int LONG = 3;
  private static final int DOUBLE = 4;
  private static final int TEXT = 5;
  private static final int LIST = 6;
  private static final int MAP = 7;

  private static final int UPDATE_ONLY = 1;

  private OperationCodec() {}

  /** The operation as bytes. */
  public static byte[] encode(Operation operation) {
    var out = new ByteWriter();
    out.writeByte(VERSION);
    switch (operation) {
      case Operation.Identify identify -> {
        out.writeByte(IDENTIFY);
        out.writeNumber(identify.workspace().value());
        writeIdentifier(out, identify.person());
        out.writeSigned(identify.writtenAtMillis());
        out.writeByte(identify.updateOnly() ? UPDATE_ONLY : 0);
        writeMap(out, identify.attributes());
      }
      case Operation.Event event -> {
        out.writeByte(EVENT);
        out.writeNumber(event.workspace().value());
        if (event.person() == null) {
          out.writeByte(0);
        } else {
          writeIdentifier(out, event.person());
        }
        out.writeText(event.anonymousId());
        out.writeByte(event.kind().code());
        out.writeText(event.name());
        out.writeText(event.eventId());
        out.writeSigned(event.occurredAtMillis());
        out.writeBytes(event.data());
      }
      case Operation.Delete delete -> {
        out.writeByte(DELETE);
        out.writeNumber(delete.workspace().value());
        writeIdentifier(out, delete.person());
      }
    }
    return out.toByteArray();
  }

  /**
   * The operation these bytes hold.
   *
   * @throws UnreadableOperation for an unknown version or type, and for bytes that are cut off or
   *     go on after the operation
   */
  public static Operation decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  /**
   * The operation a part of the bytes holds.
   *
   * @param from first byte
   * @param to behind the last byte
   * @throws UnreadableOperation as {@link #decode(byte[])}
   */
  public static Operation decode(byte[] bytes, int from, int to) {
    var in = new ByteReader(bytes, from, to);
    try {
      int version = in.readByte();
      if (version != VERSION) {
        throw new UnreadableOperation(
            "operation in format version " + version + "; this program reads version " + VERSION);
      }
      var operation = readBody(in);
      in.expectEnd();
      return operation;
    } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
      throw new UnreadableOperation(
          "operation of " + (to - from) + " bytes is damaged: " + damaged.getMessage(), damaged);
    }
  }

  private static Operation readBody(ByteReader in) {
    int type = in.readByte();
    var workspace = new WorkspaceId((int) in.readNumber());
    return switch (type) {
      case IDENTIFY -> {
        var person = readIdentifier(in, in.readByte());
        long writtenAt = in.readSigned();
        boolean updateOnly = (in.readByte() & UPDATE_ONLY) != 0;
        yield new Operation.Identify(workspace, person, readMap(in), writtenAt, updateOnly);
      }
      case EVENT -> {
        int identifierKind = in.readByte();
        var person = identifierKind == 0 ? null : readIdentifier(in, identifierKind);
        yield new Operation.Event(
            workspace,
            person,
            in.readOptionalText(),
            EventKind.of(in.readByte()),
            in.readText(),
            in.readOptionalText(),
            in.readSigned(),
            in.readBytes());
      }
      case DELETE -> new Operation.Delete(workspace, readIdentifier(in, in.readByte()));
      default -> throw new UnreadableOperation("operation of unknown type " + type);
    };
  }

  private static void writeIdentifier(ByteWriter out, Identifier identifier) {
    out.writeByte(identifier.kind().code());
    out.writeText(identifier.value());
  }

  private static Identifier readIdentifier(ByteReader in, int kind) {
    return new Identifier(IdentifierKind.of(kind), in.readText());
  }

  private static void writeMap(ByteWriter out, Map<?, ?> map) {
    out.writeNumber(map.size());
    for (var entry : map.entrySet()) {
      out.writeText((String) entry.getKey());
      writeValue(out, entry.getValue());
    }
  }

  private static Map<String, @Nullable Object> readMap(ByteReader in) {
    int count = in.readCount();
    var map = LinkedHashMap.<String, @Nullable Object>newLinkedHashMap(count);
    for (int i = 0; i < count; i++) {
      map.put(in.readText(), readValue(in));
    }
    return map;
  }

  private static void writeValue(ByteWriter out, @Nullable Object value) {
    switch (value) {
      case null -> out.writeByte(NULL);
      case Boolean bool -> out.writeByte(bool ? TRUE : FALSE);
      case Long number -> {
        out.writeByte(LONG);
        out.writeSigned(number);
      }
      case Double number -> {
        out.writeByte(DOUBLE);
        out.writeFixed(Double.doubleToRawLongBits(number));
      }
      case String text -> {
        out.writeByte(TEXT);
        out.writeText(text);
      }
      case List<?> list -> {
        out.writeByte(LIST);
        out.writeNumber(list.size());
        for (var each : list) {
          writeValue(out, each);
        }
      }
      case Map<?, ?> map -> {
        out.writeByte(MAP);
        writeMap(out, map);
      }
      default ->
          throw new IllegalArgumentException(
              "an attribute cannot hold a " + value.getClass().getName());
    }
  }

  private static @Nullable Object readValue(ByteReader in) {
    int tag = in.readByte();
    return switch (tag) {
      case NULL -> null;
      case FALSE -> false;
      case TRUE -> true;
      case LONG -> in.readSigned();
      case DOUBLE -> Double.longBitsToDouble(in.readFixed());
      case TEXT -> in.readText();
      case LIST -> {
        int count = in.readCount();
        var list = new ArrayList<@Nullable Object>(count);
        for (int i = 0; i < count; i++) {
          list.add(readValue(in));
        }
        yield list;
      }
      case MAP -> readMap(in);
      default -> throw new UnreadableOperation("attribute value of unknown type " + tag);
    };
  }
}
