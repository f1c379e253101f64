package dev.carillon.processing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.events.EventKind;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.privacy.ErasureMode;
import dev.carillon.subscriptions.OptOut;
import dev.carillon.subscriptions.SenderChannel;
import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OperationCodecTest {
  private static final WorkspaceId WORKSPACE = new WorkspaceId(7);

  @Test
  void shouldGiveBackWhatItWasGiven() {
    var random = new Random(2025);
    for (int i = 0; i < 5_000; i++) {
      var operation = operation(random);
      var bytes = OperationCodec.encode(operation);

      var embedded = new byte[bytes.length + 20];
      System.arraycopy(bytes, 0, embedded, 9, bytes.length);

      assertSame(operation, OperationCodec.decode(bytes), i);
      assertSame(operation, OperationCodec.decode(embedded, 9, 9 + bytes.length), i);
    }
  }

  private static void assertSame(Operation expected, Operation actual, int number) {
    var name = "seed 2025, operation " + number;
    // Equality of records does not look into arrays.
    if (expected instanceof Operation.Event given && actual instanceof Operation.Event got) {
      assertThat(got.data()).as(name).isEqualTo(given.data());
      assertThat(withData(got, given.data())).as(name).isEqualTo(given);
    } else {
      assertThat(actual).as(name).isEqualTo(expected);
    }
    if (expected instanceof Operation.Identify given && actual instanceof Operation.Identify got) {
      assertThat(List.copyOf(got.attributes().keySet()))
          .isEqualTo(List.copyOf(given.attributes().keySet()));
    }
  }

  private static Operation.Event withData(Operation.Event event, byte[] data) {
    return new Operation.Event(
        event.workspace(),
        event.person(),
        event.anonymousId(),
        event.kind(),
        event.name(),
        event.eventId(),
        event.occurredAtMillis(),
        data);
  }

  @Test
  void shouldKeepTheTypesOfValues() {
    var attributes = new LinkedHashMap<String, @Nullable Object>();
    attributes.put("long", 1L);
    attributes.put("double", 1.0);
    attributes.put("minus zero", -0.0);
    attributes.put("text", "1");
    attributes.put("null", null);
    attributes.put("list", Arrays.asList(1L, null, Map.of("a", false)));
    var identify = new Operation.Identify(WORKSPACE, Identifier.id("a"), attributes, -5, true);

    assertThat(OperationCodec.decode(OperationCodec.encode(identify))).isEqualTo(identify);
  }

  @Test
  void shouldReadOptOutsAsTheyWereFirstStored() {
    var optOuts =
        new Operation.OptOuts(
            WORKSPACE,
            Identifier.id("a"),
            List.of(
                new Operation.OptOuts.Choice(new OptOut(SenderChannel.SMS, "+1"), true),
                new Operation.OptOuts.Choice(new OptOut(SenderChannel.WHATSAPP, "S"), false)));
    var stored = "01" + "14" + "07" + "010261" + "02" + "01032b3101" + "02025300";

    assertThat(HexFormat.of().formatHex(OperationCodec.encode(optOuts))).isEqualTo(stored);
    assertThat(OperationCodec.decode(HexFormat.of().parseHex(stored))).isEqualTo(optOuts);
  }

  @Test
  void shouldStayCompact() {
    var event =
        new Operation.Event(
            WORKSPACE,
            Identifier.id("person-1"),
            null,
            EventKind.EVENT,
            "bought",
            null,
            0,
            "{}".getBytes(UTF_8));

    assertThat(OperationCodec.encode(event)).hasSize(27);
  }

  @Test
  void shouldNameAnUnknownVersionOrType() {
    var bytes = OperationCodec.encode(new Operation.Delete(WORKSPACE, Identifier.id("a")));
    var newer = bytes.clone();
    newer[0] = 2;
    var stranger = bytes.clone();
    stranger[1] = 99;

    assertThatThrownBy(() -> OperationCodec.decode(newer))
        .isInstanceOf(UnreadableOperation.class)
        .hasMessage("operation in format version 2; this program reads version 1");
    assertThatThrownBy(() -> OperationCodec.decode(stranger))
        .isInstanceOf(UnreadableOperation.class)
        .hasMessage("operation of unknown type 99");
  }

  @Test
  void shouldRefuseOperationsWithTwoKeys() {
    var once = new Operation.Once(new Operation.Delete(WORKSPACE, Identifier.id("a")), "k");
    var bytes = OperationCodec.encode(once);
    var head =
        Arrays.copyOf(bytes, bytes.length - OperationCodec.encode(once.operation()).length + 1);
    var twice = Arrays.copyOf(head, head.length + bytes.length - 1);
    System.arraycopy(bytes, 1, twice, head.length, bytes.length - 1);

    assertThatThrownBy(() -> OperationCodec.decode(twice)).isInstanceOf(UnreadableOperation.class);
    assertThatThrownBy(() -> new Operation.Once(once, "k"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseBytesThatAreCutOffOrGoOn() {
    var random = new Random(1);
    for (int i = 0; i < 200; i++) {
      var bytes = OperationCodec.encode(operation(random));
      for (int length = 0; length < bytes.length; length++) {
        var cut = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> OperationCodec.decode(cut))
            .isInstanceOf(UnreadableOperation.class);
      }
      var longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertThatThrownBy(() -> OperationCodec.decode(longer))
          .isInstanceOf(UnreadableOperation.class);
    }
  }

  @Test
  void shouldFailInOneWayOnlyOnDamagedBytes() {
    var random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      var bytes = OperationCodec.encode(operation(random));
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      try {
        OperationCodec.decode(bytes);
      } catch (UnreadableOperation expected) {
        assertThat(expected.getMessage()).isNotEmpty();
      }
    }
  }

  private static Operation operation(Random random) {
    var operation = bare(random);
    return random.nextInt(4) == 0 && !(operation instanceof Operation.Event)
        ? new Operation.Once(operation, text(random))
        : operation;
  }

  private static Operation bare(Random random) {
    var workspace = new WorkspaceId(random.nextInt(Integer.MAX_VALUE));
    var person = new Identifier(IdentifierKind.of(1 + random.nextInt(4)), text(random));
    var optional = random.nextBoolean() ? person : null;
    var anonymousId = random.nextBoolean() ? text(random) : null;
    var object =
        random.nextBoolean()
            ? new ObjectName.OfType(random.nextInt(Integer.MAX_VALUE), text(random))
            : new ObjectName.OfCioId(text(random));
    return switch (random.nextInt(18)) {
      case 0 ->
          new Operation.Identify(
              workspace, person, map(random, 3), random.nextLong(), random.nextBoolean());
      case 1 ->
          new Operation.Event(
              workspace,
              random.nextBoolean() ? person : null,
              random.nextBoolean() ? text(random) : null,
              EventKind.of(1 + random.nextInt(3)),
              text(random),
              random.nextBoolean() ? text(random) : null,
              random.nextLong() >> random.nextInt(64),
              ("{\"x\":\"" + "y".repeat(random.nextInt(2000)) + "\"}").getBytes(UTF_8));
      case 2 -> new Operation.Suppress(workspace, person);
      case 3 -> new Operation.Unsuppress(workspace, person);
      case 4 ->
          new Operation.Merge(workspace, person, Identifier.id(text(random)), random.nextBoolean());
      case 5 ->
          new Operation.DeviceUpdate(
              workspace, person, text(random), anonymousId, random.nextLong(), map(random, 2));
      case 6 -> new Operation.DeviceRemoval(workspace, person, text(random));
      case 7 -> new Operation.ObjectIdentify(workspace, object, map(random, 2), random.nextLong());
      case 8 -> new Operation.ObjectDelete(workspace, object);
      case 9 ->
          new Operation.Relate(
              workspace,
              optional,
              anonymousId,
              object,
              random.nextBoolean(),
              random.nextBoolean(),
              map(random, 2),
              random.nextLong());
      case 10 ->
          new Operation.Membership(
              workspace, person, random.nextInt(Integer.MAX_VALUE), random.nextBoolean());
      case 11 ->
          new Operation.DeliveryReport(
              workspace, random.nextLong(), text(random), random.nextLong(), map(random, 2));
      case 12 -> new Operation.Unsubscribe(workspace, random.nextLong());
      case 13 ->
          new Operation.ContentReport(
              workspace,
              optional,
              anonymousId,
              random.nextBoolean(),
              random.nextLong(),
              map(random, 2));
      case 14 ->
          new Operation.Membership(
              workspace, person, random.nextInt(Integer.MAX_VALUE), true, false);
      case 15 ->
          new Operation.Erase(
              workspace,
              person,
              random.nextLong(),
              random.nextLong(),
              random.nextBoolean() ? ErasureMode.ERASE : ErasureMode.ANONYMISE,
              text(random),
              random.nextInt(Integer.MAX_VALUE));
      case 16 ->
          new Operation.OptOuts(
              workspace,
              person,
              Stream.generate(() ->
                      new Operation.OptOuts.Choice(
                          new OptOut(SenderChannel.ofCode(1 + random.nextInt(2)), text(random)),
                          random.nextBoolean()))
                  .limit(random.nextInt(4))
                  .toList());
      default -> new Operation.Delete(workspace, person);
    };
  }

  private static Map<String, @Nullable Object> map(Random random, int depth) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (int i = random.nextInt(6); i > 0; i--) {
      map.put(text(random), value(random, depth - 1));
    }
    return map;
  }

  private static @Nullable Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextLong() >> random.nextInt(64);
      case 3 -> random.nextGaussian();
      case 4, 5 -> text(random);
      case 6 -> {
        var list = new ArrayList<@Nullable Object>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth - 1));
        }
        yield list;
      }
      default -> map(random, depth);
    };
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      text.appendCodePoint(
          random.nextInt(10) == 0 ? 0x1F600 + random.nextInt(50) : 'a' + random.nextInt(300));
    }
    return text.toString();
  }
}
