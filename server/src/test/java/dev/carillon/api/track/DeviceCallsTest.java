package dev.carillon.api.track;

import static dev.carillon.api.track.TrackKit.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceCallsTest {
  private static final String DEVICES = "/api/v1/customers/ada/devices";
  private static final Identifier PERSON = Identifier.id("ada");

  @AutoClose private static final TrackKit kit = new TrackKit();

  private static Operation.DeviceUpdate put(String device) {
    return (Operation.DeviceUpdate)
        kit.stored("PUT", DEVICES, "{\"device\":" + device + "}").getFirst();
  }

  @Test
  @DisplayName("track §5, §5.1: a device as the documentation shows it")
  void shouldTakeADevice() {
    assertThat(
            put(
                """
                {"id":"tok","platform":"ios","last_used":1751000000,"attributes":{"app_version":"2.1"}}
                """))
        .isEqualTo(
            new Operation.DeviceUpdate(
                WORKSPACE, PERSON, "tok", "ios", 1751000000000L, Map.of("app_version", "2.1")));
  }

  @Test
  @DisplayName("track §5.1: flat extra keys are attributes; those nested win; _last_status is ours")
  void shouldTakeFlatAttributes() {
    var expected = new LinkedHashMap<String, @Nullable Object>();
    expected.put("device_os", "17");
    expected.put("push_enabled", true);
    expected.put("count", 3L);
    expected.put("gone", null);

    assertThat(
            put("""
            {"id":"tok","platform":"android","device_os":"16","push_enabled":true,"count":3,"gone":null,
             "_last_status":"sent","attributes":{"device_os":"17","_last_status":"bounced"}}
            """)
                .attributes())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @DisplayName(
      "track §5.1: last_used is an integer or its text; anything else is the request's time")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1751000000 | 1751000000000",
        "\"1751000000\" | 1751000000000",
        "null | 0",
        "\"\" | 0",
        "\"yesterday\" | 0",
        "{} | 0",
        "\"<nil>\" | 0"
      })
  void shouldReadLastUsed(String lastUsed, long millis) {
    var device =
        put(
            "{\"id\":\"tok\",\"platform\":\"ios\",\"attributes\":null,\"last_used\":"
                + lastUsed
                + "}");

    assertThat(device.lastUsedMillis()).isEqualTo(millis);
    assertThat(device.attributes()).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("track §5.1: what is missing or outside the enum is 400")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | device is required",
        "null | device is required",
        "`` | device is required",
        "{\"device\":null} | device is required",
        "{\"device\":[]} | device must be an object",
        "{\"device\":{}} | id is required",
        "{\"device\":{\"id\":\"\",\"platform\":\"ios\"}} | id is required",
        "{\"device\":{\"token\":\"t\",\"platform\":\"ios\"}} | id is required",
        "{\"device\":{\"id\":{},\"platform\":\"ios\"}} | id must be a string",
        "{\"device\":{\"id\":\"t\"}} | platform is required",
        "{\"device\":{\"id\":\"t\",\"platform\":\"IOS\"}} | platform must be ios or android",
        "{\"device\":{\"id\":\"t\",\"platform\":\"web\"}} | platform must be ios or android",
        "{\"device\":{\"id\":\"t\",\"platform\":1}} | platform must be ios or android",
        "{\"device\":{\"id\":\"t\",\"platform\":\"ios\",\"attributes\":[]}} | attributes must be an object",
        "{\"device\":{\"id\":\"t\",\"platform\":\"ios\",\"\":1}} | attribute name cannot be empty"
      })
  void shouldRefuseAWrongDevice(String body, String message) {
    kit.refused("PUT", DEVICES, body, message);
  }

  @Test
  @DisplayName("track §8: sizes of tokens and attributes")
  void shouldBoundDevices() {
    assertThat(put("{\"id\":\"" + "x".repeat(1000) + "\",\"platform\":\"ios\"}").token())
        .hasSize(1000);
    kit.refused(
        "PUT",
        DEVICES,
        "{\"device\":{\"id\":\"" + "x".repeat(1001) + "\",\"platform\":\"ios\"}}",
        "id cannot be longer than 1000 bytes");
    kit.refused(
        "PUT",
        DEVICES,
        "{\"device\":{\"id\":\"t\",\"platform\":\"ios\",\"a\":\"" + "x".repeat(1001) + "\"}}",
        "value for attribute 'a' cannot be longer than 1000 bytes");
    kit.refused(
        "DELETE",
        DEVICES + "/" + "x".repeat(1001),
        "",
        "device_id cannot be longer than 1000 bytes");
  }

  @Test
  @DisplayName("track §1, §5: a device is deleted by its token in the path; the body is ignored")
  void shouldDeleteADevice() {
    assertThat(kit.stored("DELETE", DEVICES + "/tok%3Aa%2Fb+c", "{}"))
        .containsExactly(new Operation.DeviceRemoval(WORKSPACE, PERSON, "tok:a/b+c"));
    assertThat(kit.stored("DELETE", "/api/v1/customers/cio_a3000001/devices/t", "not json"))
        .containsExactly(new Operation.DeviceRemoval(WORKSPACE, Identifier.cioId("a3000001"), "t"));
    assertThat(kit.send("DELETE", DEVICES + "/", "").status()).isEqualTo(405);
  }
}
