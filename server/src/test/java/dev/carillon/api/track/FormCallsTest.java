package dev.carillon.api.track;

import static dev.carillon.api.track.TrackKit.WORKSPACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.forms.Form;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.RateLimits;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.store.TestDatabase;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormCallsTest {
  @AutoClose private static final TrackKit kit = new TrackKit();

  private final FormRepository forms =
      new FormRepository(kit.database().database(), InstantSource.system());

  private static List<Operation> submit(String form, String data) {
    kit.intake().taken();
    var answer = kit.send("POST", "/api/v1/forms/" + form + "/submit", "{\"data\":" + data + "}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    return kit.intake().taken();
  }

  @Test
  @DisplayName("track §5: a submission sets attributes and is an event named by the form")
  void shouldSubmit() {
    var operations =
        submit(
            "newsletter",
            "{ \"email\":\"ada@example.test\", \"first_name\":\"Ada\", \"note\":null, \"form_name\":\"Newsletter\" }");

    assertThat(operations).hasSize(2);
    assertThat(operations.getFirst())
        .isEqualTo(
            new Operation.Identify(
                WORKSPACE,
                Identifier.email("ada@example.test"),
                Map.of("email", "ada@example.test", "first_name", "Ada"),
                0,
                false));
    var event = (Operation.Event) operations.getLast();
    assertThat(event.kind()).isEqualTo(EventKind.FORM);
    assertThat(event.name()).isEqualTo("newsletter");
    assertThat(event.person()).isEqualTo(Identifier.email("ada@example.test"));
    assertThat(event.data())
        .asString(UTF_8)
        .isEqualTo(
            "{\"email\":\"ada@example.test\",\"first_name\":\"Ada\",\"note\":null,\"form_name\":\"Newsletter\"}");
  }

  @Test
  @DisplayName("track §5: an unknown form is connected, with the fields it was seen with")
  void shouldConnectTheForm() {
    submit("first%2Fseen", "{\"id\":\"ada\",\"plan\":\"pro\",\"form_url\":\"https://x.test\"}");

    assertThat(forms.find(WORKSPACE, "first/seen").map(Form::fields))
        .contains(Map.of("id", "id", "plan", "plan"));
    assertThat(forms.find(WORKSPACE, "first/seen").map(Form::name)).contains("first/seen");
  }

  @ParameterizedTest
  @DisplayName("track §5: exactly one of id and email, strings only; the form is connected anyway")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a | {\"name\":\"Ada\"} | data must hold an id or an email",
        "b | {\"id\":\"\",\"email\":\" \"} | data must hold an id or an email",
        "c | {\"id\":\"a\",\"email\":\"a@x.test\"} | data must hold an id or an email, not both",
        "d | {\"id\":\"a\",\"age\":3} | value for 'age' must be a string",
        "e | {\"id\":\"a\",\"tags\":[\"x\"]} | value for 'tags' must be a string",
        "f | {\"id\":7} | value for 'id' must be a string",
        "g | {\"email\":\"nowhere\"} | email is not an e-mail address",
        "h | {} | data must hold an id or an email"
      })
  void shouldConnectTheFormOfARefusedSubmission(String form, String data, String message) {
    kit.refused("POST", "/api/v1/forms/" + form + "/submit", "{\"data\":" + data + "}", message);

    assertThat(forms.find(WORKSPACE, form)).isPresent();
  }

  @ParameterizedTest
  @DisplayName("track §5: without data there is no submission")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | data is required",
        "`` | data is required",
        "{\"data\":null} | data is required",
        "{\"data\":[]} | data must be an object",
        "{\"data\": | request body is not valid JSON near byte 8"
      })
  void shouldRefuseWhatIsNoSubmission(String body, String message) {
    kit.refused("POST", "/api/v1/forms/none/submit", body, message);

    assertThat(forms.find(WORKSPACE, "none")).isEmpty();
  }

  @Test
  @DisplayName("track §5: fields become attributes by the form's mapping, identifiers as well")
  void shouldMapFields() {
    assertThat(forms.save(WORKSPACE, "lead", "Lead", Map.of("mail", "email", "n", "first_name")))
        .isPresent();

    var operations =
        submit("lead", "{\"mail\":\" ada@example.test \",\"n\":\"Ada\",\"x\":\"y\",\"id\":null}");

    assertThat(((Operation.Identify) operations.getFirst()).attributes())
        .isEqualTo(Map.of("email", "ada@example.test", "first_name", "Ada", "x", "y"));
    assertThat(forms.find(WORKSPACE, "lead").map(Form::fields))
        .contains(Map.of("mail", "email", "n", "first_name", "x", "x", "id", "id"));
    kit.refused(
        "POST",
        "/api/v1/forms/lead/submit",
        "{\"data\":{\"mail\":\"a@x.test\",\"email\":\"b@x.test\"}}",
        "data must hold only one email");
  }

  @Test
  @DisplayName("track §3.4: a form sets attributes and cannot steer the call")
  void shouldDropControlKeys() {
    var operations =
        submit(
            "steer",
            "{\"id\":\"ada\",\"_update\":\"true\",\"_timestamp\":\"1\",\"cio_id\":\"x\",\"cio_relationships\":\"y\",\"a\":\"\"}");

    assertThat(operations.getFirst())
        .isEqualTo(
            new Operation.Identify(
                WORKSPACE, Identifier.id("ada"), Map.of("id", "ada", "a", ""), 0, false));
  }

  @Test
  @DisplayName("track §8: sizes of form ids, fields and data")
  void shouldBoundSubmissions() {
    kit.refused(
        "POST",
        "/api/v1/forms/" + "x".repeat(151) + "/submit",
        "{\"data\":{\"id\":\"a\"}}",
        "form_id cannot be longer than 150 bytes");
    kit.refused(
        "POST",
        "/api/v1/forms/big/submit",
        "{\"data\":{\"id\":\"a\",\"b\":\"" + "x".repeat(1001) + "\"}}",
        "value for attribute 'b' cannot be longer than 1000 bytes");
    kit.refused(
        "POST",
        "/api/v1/forms/big/submit",
        "{\"data\":{\"id\":\"a\",\"" + "x".repeat(151) + "\":\"b\"}}",
        "attribute name cannot be longer than 150 bytes");
    kit.refused(
        "POST",
        "/api/v1/forms/big/submit",
        "{\"data\":{\"id\":\"a\",\"form_url\":\"" + "x".repeat(100_000) + "\"}}",
        "event data cannot be longer than 100000 bytes");
    assertThat(forms.find(WORKSPACE, "big").map(Form::fields))
        .isEqualTo(Optional.of(Map.of("id", "id", "b", "b")));
  }

  @Test
  @DisplayName("track §7: without the database a submission is 503, not a fault")
  void shouldAnswer503WithoutTheDatabase() throws IOException {
    var own = TestDatabase.create();
    try (var server = new TrackServer(own, RateLimits.off(), kit.intake())) {
      assertThat(server.send("GET", "/auth", "").status()).isEqualTo(200);
      own.close();

      var answer = server.send("POST", "/api/v1/forms/gone/submit", "{\"data\":{\"id\":\"ada\"}}");

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("retry-after")).isEqualTo("1");
      assertThat(answer.body())
          .isEqualTo("{\"meta\":{\"error\":\"service unavailable\",\"status\":503}}\n");
    }
  }
}
