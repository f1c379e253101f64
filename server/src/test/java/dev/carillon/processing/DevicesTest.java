package dev.carillon.processing;

import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Activity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Devices of people (track §5.1). */
final class DevicesTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Things THINGS = new Things(KIT);
  private static final Identifier ADA = id("ada");
  private static final Identifier BEN = id("ben");
  private static final Instant LONG_AGO = Instant.parse("2025-01-01T00:00:00Z");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  private static List<Activity> changes(Identifier person) {
    return KIT.activities(KIT.personId(person)).stream()
        .filter(each -> each.type().equals("device_change"))
        .toList();
  }

  @Test
  @DisplayName("track §5.1: an unknown person is created; last_used is the request when not given")
  void shouldAddADeviceToSomebodyNew() {
    // when
    THINGS.apply(THINGS.device(ADA, "t1", null, "app_version", "2.1", "empty", "", "none", null));
    // then
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada"));
    var now = KIT.clock.instant().getEpochSecond();
    assertThat(THINGS.devices(ADA))
        .singleElement()
        .asString()
        .endsWith("{\"app_version\":\"2.1\"}");
    assertThat(
            KIT.number(
                "SELECT extract(epoch FROM last_used)::bigint FROM device WHERE person_id = ?",
                KIT.personId(ADA)))
        .isBetween(now, now + 10);
    assertThat(changes(ADA))
        .containsExactly(
            new Activity(
                "device_change",
                Map.of(
                    "action",
                    "add",
                    "device_id",
                    "t1",
                    "platform",
                    "ios",
                    "attributes",
                    Map.of("app_version", "2.1"))));
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("track §5.1: an unknown cio_id is dropped")
  void shouldNotCreateSomebodyByCioId() {
    // when
    THINGS.apply(THINGS.device(Identifier.cioId(CioId.of(4_711)), "t1", null));
    // then
    assertThat(KIT.people()).isZero();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM device WHERE workspace_id = ?", KIT.workspace().value()))
        .isZero();
  }

  @Test
  @DisplayName(
      "track §5.1, §3.5: attributes merge, null and \"\" remove; the newest last_used stays")
  void shouldChangeADevice() {
    // given
    THINGS.apply(THINGS.device(ADA, "t1", ProcessingKit.START, "a", "1", "b", "2", "c", 3L));
    // when
    THINGS.apply(
        THINGS.device(ADA, "t1", LONG_AGO, "a", "9", "b", null, "c", "", "d", true),
        new Operation.DeviceUpdate(KIT.workspace(), ADA, "t1", null, 1, Map.of()),
        new Operation.DeviceUpdate(KIT.workspace(), ADA, "t1", "android", 1, Map.of()));
    // then
    assertThat(THINGS.devices(ADA))
        .containsExactly(
            "t1 android %d {\"a\":\"9\",\"d\":true}"
                .formatted(ProcessingKit.START.getEpochSecond()));
    assertThat(changes(ADA)).hasSize(3);
    assertThat(changes(ADA).get(1).data())
        .isEqualTo(
            Map.of(
                "action",
                "update",
                "device_id",
                "t1",
                "attributes",
                Map.of(
                    "a",
                    Map.of("from", "1", "to", "9"),
                    "b",
                    Map.of("from", "2", "to", ""),
                    "c",
                    Map.of("from", 3L, "to", ""),
                    "d",
                    Map.of("from", "", "to", true))));
    assertThat(changes(ADA).get(2).data())
        .containsEntry("platform", Map.of("from", "ios", "to", "android"));
  }

  @Test
  @DisplayName("track §8: a device has at most 300 attributes")
  void shouldLimitAttributes() {
    // given
    var many = new ArrayList<Object>();
    for (var i = 0; i < 301; i++) {
      many.add("a" + i);
      many.add((long) i);
    }
    // when
    THINGS.apply(THINGS.device(ADA, "t1", null, many.toArray()));
    // then
    assertThat(
            KIT.number(
                "SELECT count(*) FROM device, json_object_keys(attributes::json) WHERE token = 't1' AND workspace_id = ?",
                KIT.workspace().value()))
        .isEqualTo(300);
    assertThat(KIT.activities(KIT.personId(ADA)))
        .contains(
            new Activity(
                "failed_attribute_change",
                Map.of("reason", "a device has at most 300 attributes", "a300", 300L)));
  }

  @Test
  @DisplayName(
      "track §5.1: a token that is added to another person moves, with what is known of it")
  void shouldMoveADevice() {
    // given
    THINGS.apply(THINGS.device(ADA, "t1", null, "a", "1"), THINGS.device(ADA, "t2", null));
    // when
    THINGS.apply(THINGS.device(BEN, "t1", null, "b", "2"));
    // then
    assertThat(THINGS.tokens(ADA)).containsExactly("t2");
    assertThat(THINGS.devices(BEN))
        .hasSize(1)
        .allMatch(each -> each.endsWith("{\"a\":\"1\",\"b\":\"2\"}"));
    assertThat(changes(ADA).getLast().data())
        .isEqualTo(Map.of("action", "moved", "device_id", "t1", "to", CioId.of(KIT.personId(BEN))));
    assertThat(changes(BEN).getLast().data())
        .containsEntry("action", "moved")
        .containsEntry("from", CioId.of(KIT.personId(ADA)));
  }

  @Test
  @DisplayName("I5: the same token in another workspace is another device")
  void shouldKeepWorkspacesApart() {
    // given
    THINGS.apply(THINGS.device(ADA, "t1", null));
    var first = KIT.personId(ADA);
    // when
    KIT.inNewWorkspace();
    THINGS.apply(THINGS.device(ADA, "t1", null), THINGS.noDevice(ADA, "t1"));
    // then
    assertThat(THINGS.devices(first)).hasSize(1);
    assertThat(THINGS.devices(ADA)).isEmpty();
  }

  @Test
  @DisplayName("track §5.1: 25 devices a person, the oldest last_used is dropped")
  void shouldDropTheOldest() {
    // given
    for (var i = 0; i < 25; i++) {
      var usedAt = LONG_AGO.plus(Duration.ofDays(i));
      KIT.accept(THINGS.device(ADA, "t%02d".formatted(i), usedAt));
    }
    KIT.settle();
    assertThat(THINGS.tokens(ADA)).hasSize(25);
    // when one more is added, and one that is older than all
    THINGS.apply(
        THINGS.device(ADA, "new", null), THINGS.device(ADA, "old", LONG_AGO.minusSeconds(1)));
    // then
    assertThat(THINGS.tokens(ADA)).hasSize(25).contains("new", "t01").doesNotContain("t00", "old");
    assertThat(changes(ADA).getLast().data())
        .isEqualTo(
            Map.of(
                "action",
                "remove",
                "device_id",
                "old",
                "reason",
                "a person has at most 25 devices"));
  }

  @Test
  @DisplayName("track §5: deleting a device; unknown device or person is nothing")
  void shouldRemoveADevice() {
    // given
    THINGS.apply(THINGS.device(ADA, "t1", null), THINGS.device(ADA, "t2", null));
    // when
    THINGS.apply(
        THINGS.noDevice(ADA, "t1"),
        THINGS.noDevice(ADA, "unknown"),
        THINGS.noDevice(id("nobody"), "t2"),
        KIT.identifyOf(BEN, "a", 1L),
        THINGS.noDevice(BEN, "t2"));
    // then
    assertThat(THINGS.tokens(ADA)).containsExactly("t2");
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(changes(ADA).getLast().data())
        .isEqualTo(Map.of("action", "remove", "device_id", "t1"));
    assertThat(changes(ADA)).hasSize(3);
    assertThat(changes(BEN)).isEmpty();
  }

  @Test
  @DisplayName("P-15: devices go with their person, in the same batch or not, and may come back")
  void shouldGoWithThePerson() {
    // given
    THINGS.apply(THINGS.device(ADA, "t1", null), THINGS.device(ADA, "t2", null));
    var ada = KIT.personId(ADA);
    // when
    KIT.acceptTogether(
        List.of(
            THINGS.device(ADA, "t3", null),
            new Operation.Delete(KIT.workspace(), ADA),
            THINGS.device(ADA, "t1", null),
            THINGS.device(BEN, "t4", null),
            new Operation.Delete(KIT.workspace(), BEN)));
    // then
    assertThat(THINGS.devices(ada)).isEmpty();
    assertThat(THINGS.tokens(ADA)).containsExactly("t1");
    assertThat(KIT.personId(ADA)).isNotEqualTo(ada);
    assertThat(
            KIT.number(
                "SELECT count(*) FROM device WHERE workspace_id = ?", KIT.workspace().value()))
        .isEqualTo(1);
    KIT.assertConsistent();
    // when
    KIT.delete(ADA);
    KIT.settle();
    // then
    assertThat(
            KIT.number(
                "SELECT count(*) FROM device WHERE workspace_id = ?", KIT.workspace().value()))
        .isZero();
  }

  @Test
  @DisplayName("I2: who is meant by an identifier is decided at each call of a batch")
  void shouldFollowNamesWithinABatch() {
    // given: ada has a device, and gets her address in the batch that names her by it
    THINGS.apply(THINGS.device(ADA, "t1", null));
    // when
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA, "email", "ada@example.test"),
            THINGS.noDevice(email("ada@example.test"), "t1"),
            THINGS.device(email("ada@example.test"), "t2", null)));
    // then
    assertThat(THINGS.tokens(ADA)).containsExactly("t2");
    assertThat(KIT.people()).isEqualTo(1);
  }
}
