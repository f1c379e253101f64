package dev.carillon.processing;

import dev.carillon.events.EventKind;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.privacy.ErasureMode;
import dev.carillon.subscriptions.OptOut;
import dev.carillon.subscriptions.SenderChannel;
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
 * delete     = identifier               suppress, unsuppress: the same
 * merge      = identifier identifier flags                       flags: 1 = else anonymous
 * device     = identifier text(token) optional-text(platform) last-used attributes
 * no device  = identifier text(token)
 * object     = object-name written-at attributes
 * no object  = object-name
 * relate     = optional-identifier optional-text(anonymous id) object-name flags written-at attributes
 *              flags: 1 = add, 2 = may create the person
 * member     = identifier segment flags                          flags: 1 = add, 2 = only somebody known
 * report     = delivery text(metric) occurred-at attributes      unsubscribe = delivery
 * content    = optional-identifier optional-text(anonymous id) flags occurred-at attributes
 *              flags: 1 = clicked
 * erase      = identifier person request mode text(reason) credential
 * opt-outs   = identifier count { channel text(sender) flags }  flags: 1 = opted out
 * once       = text(key) type workspace body of that type
 * object-name = 1 type text(object id) | 2 text(cio_object_id)
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
  private static final int SUPPRESS = 4;
  private static final int UNSUPPRESS = 5;
  private static final int MERGE = 6;
  private static final int DEVICE_UPDATE = 7;
  private static final int DEVICE_REMOVAL = 8;
  private static final int OBJECT_IDENTIFY = 9;
  private static final int OBJECT_DELETE = 10;
  private static final int RELATE = 11;
  private static final int MEMBERSHIP = 12;
  private static final int DELIVERY_REPORT = 13;
  private static final int UNSUBSCRIBE = 14;
  private static final int CONTENT_REPORT = 15;
  private static final int ONCE = 16;
  private static final int ERASE = 17;
  private static final int OPT_OUTS = 20;
  private static final int SEND = 21;

  private static final int BY_TYPE = 1;
  private static final int BY_CIO_ID = 2;

  private static final int NULL = 0;
  private static final int FALSE = 1;
  private static final int TRUE = 2;
  private static final int LONG = 3;
  private static final int DOUBLE = 4;
  private static final int TEXT = 5;
  private static final int LIST = 6;
  private static final int MAP = 7;

  private static final int UPDATE_ONLY = 1;
  private static final int ELSE_ANONYMOUS = 1;
  private static final int ADD = 1;
  private static final int MAY_CREATE = 2;
  private static final int ONLY_KNOWN = 2;
  private static final int CLICKED = 1;
  private static final int OPTED_OUT = 1;
  private static final int DRAFT = 1;
  private static final int FORGOTTEN = 2;

  private OperationCodec() {}

  /** The operation as bytes. */
  public static byte[] encode(Operation operation) {
    var out = new ByteWriter();
    out.writeByte(VERSION);
    write(out, operation);
    return out.toByteArray();
  }

  private static void write(ByteWriter out, Operation operation) {
    out.writeByte(typeOf(operation));
    out.writeNumber(operation.workspace().value());
    switch (operation) {
      case Operation.Identify identify -> {
        writeIdentifier(out, identify.person());
        out.writeSigned(identify.writtenAtMillis());
        out.writeByte(identify.updateOnly() ? UPDATE_ONLY : 0);
        writeMap(out, identify.attributes());
      }
      case Operation.Event event -> {
        writeOptional(out, event.person());
        out.writeText(event.anonymousId());
        out.writeByte(event.kind().code());
        out.writeText(event.name());
        out.writeText(event.eventId());
        out.writeSigned(event.occurredAtMillis());
        out.writeBytes(event.data());
      }
      case Operation.Delete delete -> writeIdentifier(out, delete.person());
      case Operation.Erase erase -> {
        writeIdentifier(out, erase.person());
        out.writeSigned(erase.personId());
        out.writeSigned(erase.requestId());
        out.writeByte(erase.mode().code());
        out.writeText(erase.reason());
        out.writeNumber(erase.credentialId());
      }
      case Operation.Suppress suppress -> writeIdentifier(out, suppress.person());
      case Operation.Unsuppress unsuppress -> writeIdentifier(out, unsuppress.person());
      case Operation.Merge merge -> {
        writeIdentifier(out, merge.primary());
        writeIdentifier(out, merge.secondary());
        out.writeByte(merge.elseAnonymous() ? ELSE_ANONYMOUS : 0);
      }
      case Operation.DeviceUpdate device -> {
        writeIdentifier(out, device.person());
        out.writeText(device.token());
        out.writeText(device.platform());
        out.writeSigned(device.lastUsedMillis());
        writeMap(out, device.attributes());
      }
      case Operation.DeviceRemoval device -> {
        writeIdentifier(out, device.person());
        out.writeText(device.token());
      }
      case Operation.ObjectIdentify object -> {
        writeObject(out, object.object());
        out.writeSigned(object.writtenAtMillis());
        writeMap(out, object.attributes());
      }
      case Operation.ObjectDelete object -> writeObject(out, object.object());
      case Operation.Relate relate -> {
        writeOptional(out, relate.person());
        out.writeText(relate.anonymousId());
        writeObject(out, relate.object());
        out.writeByte((relate.add() ? ADD : 0) | (relate.mayCreatePerson() ? MAY_CREATE : 0));
        out.writeSigned(relate.writtenAtMillis());
        writeMap(out, relate.attributes());
      }
      case Operation.Membership membership -> {
        writeIdentifier(out, membership.person());
        out.writeNumber(membership.segmentId());
        out.writeByte(
            (membership.add() ? ADD : 0)
                | (membership.add() && !membership.mayCreate() ? ONLY_KNOWN : 0));
      }
      case Operation.DeliveryReport report -> {
        out.writeSigned(report.deliveryId());
        out.writeText(report.metric());
        out.writeSigned(report.occurredAtMillis());
        writeMap(out, report.details());
      }
      case Operation.Unsubscribe unsubscribe -> out.writeSigned(unsubscribe.deliveryId());
      case Operation.ContentReport report -> {
        writeOptional(out, report.person());
        out.writeText(report.anonymousId());
        out.writeByte(report.clicked() ? CLICKED : 0);
        out.writeSigned(report.occurredAtMillis());
        writeMap(out, report.details());
      }
      case Operation.OptOuts call -> {
        writeIdentifier(out, call.person());
        out.writeNumber(call.choices().size());
        for (var each : call.choices()) {
          out.writeByte(each.of().channel().code());
          out.writeText(each.of().from());
          out.writeByte(each.optedOut() ? OPTED_OUT : 0);
        }
      }
      case Operation.Send send -> {
        writeIdentifier(out, send.person());
        out.writeSigned(send.deliveryId());
        out.writeSigned(send.createdAtMillis());
        out.writeNumber(send.transactionalId());
        out.writeSigned(send.sendAtMillis());
        out.writeByte((send.draft() ? DRAFT : 0) | (send.forgotten() ? FORGOTTEN : 0));
        out.writeText(send.request());
        out.writeBytes(send.key());
        out.writeSigned(send.sameForMillis());
      }
      case Operation.Once once -> {
        out.writeText(once.key());
        write(out, once.operation());
      }
    }
  }

  private static int typeOf(Operation operation) {
    return switch (operation) {
      case Operation.Identify _ -> IDENTIFY;
      case Operation.Event _ -> EVENT;
      case Operation.Delete _ -> DELETE;
      case Operation.Erase _ -> ERASE;
      case Operation.Suppress _ -> SUPPRESS;
      case Operation.Unsuppress _ -> UNSUPPRESS;
      case Operation.Merge _ -> MERGE;
      case Operation.DeviceUpdate _ -> DEVICE_UPDATE;
      case Operation.DeviceRemoval _ -> DEVICE_REMOVAL;
      case Operation.ObjectIdentify _ -> OBJECT_IDENTIFY;
      case Operation.ObjectDelete _ -> OBJECT_DELETE;
      case Operation.Relate _ -> RELATE;
      case Operation.Membership _ -> MEMBERSHIP;
      case Operation.DeliveryReport _ -> DELIVERY_REPORT;
      case Operation.Unsubscribe _ -> UNSUBSCRIBE;
      case Operation.ContentReport _ -> CONTENT_REPORT;
      case Operation.OptOuts _ -> OPT_OUTS;
      case Operation.Send _ -> SEND;
      case Operation.Once _ -> ONCE;
    };
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
      var operation = readBody(in, true);
      in.expectEnd();
      return operation;
    } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
      throw new UnreadableOperation(
          "operation of " + (to - from) + " bytes is damaged: " + damaged.getMessage(), damaged);
    }
  }

  /**
   * @param mayBeOnce false for what lies inside of such an operation
   */
  private static Operation readBody(ByteReader in, boolean mayBeOnce) {
    int type = in.readByte();
    var workspace = new WorkspaceId((int) in.readNumber());
    return switch (type) {
      case IDENTIFY -> {
        var person = readIdentifier(in);
        long writtenAt = in.readSigned();
        boolean updateOnly = (in.readByte() & UPDATE_ONLY) != 0;
        yield new Operation.Identify(workspace, person, readMap(in), writtenAt, updateOnly);
      }
      case EVENT -> {
        yield new Operation.Event(
            workspace,
            readOptional(in),
            in.readOptionalText(),
            EventKind.of(in.readByte()),
            in.readText(),
            in.readOptionalText(),
            in.readSigned(),
            in.readBytes());
      }
      case DELETE -> new Operation.Delete(workspace, readIdentifier(in));
      case ERASE ->
          new Operation.Erase(
              workspace,
              readIdentifier(in),
              in.readSigned(),
              in.readSigned(),
              ErasureMode.of(in.readByte()),
              in.readText(),
              (int) in.readNumber());
      case SUPPRESS -> new Operation.Suppress(workspace, readIdentifier(in));
      case UNSUPPRESS -> new Operation.Unsuppress(workspace, readIdentifier(in));
      case MERGE ->
          new Operation.Merge(
              workspace,
              readIdentifier(in),
              readIdentifier(in),
              (in.readByte() & ELSE_ANONYMOUS) != 0);
      case DEVICE_UPDATE ->
          new Operation.DeviceUpdate(
              workspace,
              readIdentifier(in),
              in.readText(),
              in.readOptionalText(),
              in.readSigned(),
              readMap(in));
      case DEVICE_REMOVAL ->
          new Operation.DeviceRemoval(workspace, readIdentifier(in), in.readText());
      case OBJECT_IDENTIFY -> {
        var object = readObject(in);
        long writtenAt = in.readSigned();
        yield new Operation.ObjectIdentify(workspace, object, readMap(in), writtenAt);
      }
      case OBJECT_DELETE -> new Operation.ObjectDelete(workspace, readObject(in));
      case RELATE -> {
        var person = readOptional(in);
        var anonymousId = in.readOptionalText();
        var object = readObject(in);
        int flags = in.readByte();
        long writtenAt = in.readSigned();
        yield new Operation.Relate(
            workspace,
            person,
            anonymousId,
            object,
            (flags & ADD) != 0,
            (flags & MAY_CREATE) != 0,
            readMap(in),
            writtenAt);
      }
      case MEMBERSHIP -> {
        var person = readIdentifier(in);
        int segment = (int) in.readNumber();
        int flags = in.readByte();
        boolean add = (flags & ADD) != 0;
        yield new Operation.Membership(
            workspace, person, segment, add, add && (flags & ONLY_KNOWN) == 0);
      }
      case DELIVERY_REPORT ->
          new Operation.DeliveryReport(
              workspace, in.readSigned(), in.readText(), in.readSigned(), readMap(in));
      case UNSUBSCRIBE -> new Operation.Unsubscribe(workspace, in.readSigned());
      case CONTENT_REPORT ->
          new Operation.ContentReport(
              workspace,
              readOptional(in),
              in.readOptionalText(),
              (in.readByte() & CLICKED) != 0,
              in.readSigned(),
              readMap(in));
      case OPT_OUTS -> {
        var person = readIdentifier(in);
        int count = in.readCount();
        var choices = new ArrayList<Operation.OptOuts.Choice>(count);
        for (int i = 0; i < count; i++) {
          var of = new OptOut(SenderChannel.ofCode(in.readByte()), in.readText());
          choices.add(new Operation.OptOuts.Choice(of, (in.readByte() & OPTED_OUT) != 0));
        }
        yield new Operation.OptOuts(workspace, person, choices);
      }
      case SEND -> {
        var person = readIdentifier(in);
        long deliveryId = in.readSigned();
        long createdAt = in.readSigned();
        int transactionalId = (int) in.readNumber();
        long sendAt = in.readSigned();
        int flags = in.readByte();
        yield new Operation.Send(
            workspace,
            person,
            deliveryId,
            createdAt,
            transactionalId,
            sendAt,
            (flags & DRAFT) != 0,
            (flags & FORGOTTEN) != 0,
            in.readText(),
            in.readBytes(),
            in.readSigned());
      }
      case ONCE -> {
        if (!mayBeOnce) {
          throw new UnreadableOperation("operation that is to be applied once, twice");
        }
        var key = in.readText();
        yield new Operation.Once(readBody(in, false), key);
      }
      default -> throw new UnreadableOperation("operation of unknown type " + type);
    };
  }

  private static void writeIdentifier(ByteWriter out, Identifier identifier) {
    out.writeByte(identifier.kind().code());
    out.writeText(identifier.value());
  }

  private static void writeOptional(ByteWriter out, @Nullable Identifier identifier) {
    if (identifier == null) {
      out.writeByte(0);
    } else {
      writeIdentifier(out, identifier);
    }
  }

  private static Identifier readIdentifier(ByteReader in) {
    return new Identifier(IdentifierKind.of(in.readByte()), in.readText());
  }

  private static @Nullable Identifier readOptional(ByteReader in) {
    int kind = in.readByte();
    return kind == 0 ? null : new Identifier(IdentifierKind.of(kind), in.readText());
  }

  private static void writeObject(ByteWriter out, ObjectName name) {
    switch (name) {
      case ObjectName.OfType(var typeId, var objectId) -> {
        out.writeByte(BY_TYPE);
        out.writeNumber(typeId);
        out.writeText(objectId);
      }
      case ObjectName.OfCioId(var value) -> {
        out.writeByte(BY_CIO_ID);
        out.writeText(value);
      }
    }
  }

  private static ObjectName readObject(ByteReader in) {
    int how = in.readByte();
    return switch (how) {
      case BY_TYPE -> new ObjectName.OfType((int) in.readNumber(), in.readText());
      case BY_CIO_ID -> new ObjectName.OfCioId(in.readText());
      default -> throw new UnreadableOperation("object named in unknown way " + how);
    };
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
