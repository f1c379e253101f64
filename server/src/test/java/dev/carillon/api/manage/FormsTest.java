package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormsTest {
  @AutoClose private static final TestDatabase test = TestDatabase.create();
  private static final Tenant shop = Tenant.create(test.database(), "shop-key");
  private static final Tenant other = Tenant.create(test.database(), "other-key");

  @AutoClose
  private static final ManageServer server =
      new ManageServer(test.database(), InstantSource.system(), RateLimits.off());

  private static final Description description = Description.read();
  private static final String BASE = "/v1/environments/" + shop.workspace().value() + "/forms";

  private final FormRepository forms = new FormRepository(test.database(), InstantSource.system());
  private final JsonClient client = server.as(shop);

  @Test
  @DisplayName("a form that was submitted can be read, and its fields mapped")
  void shouldMapASubmittedForm() {
    forms.submitted(shop.workspace(), "a/b", List.of("mail", "first"));

    var read = description.check("forms.get", client.get(BASE + "/a%2Fb")).expect(200);
    assertThat(read.json().at("/form/name").asString()).isEqualTo("a/b");
    assertThat(read.json().at("/form/fields").toString())
        .isEqualTo("{\"mail\":\"mail\",\"first\":\"first\"}");

    var changed =
        client.send(
            "PUT",
            BASE + "/a%2Fb",
            "{\"form\":{\"name\":\"Lead\",\"fields\":{\"mail\":\"email\"}}}");
    description.check("forms.update", changed).expect(200);
    // what was read is a request too
    var again = client.get(BASE + "/a%2Fb").expect(200).http().body();
    assertThat(description.requestFaults("forms.update", again)).isEmpty();
    client.send("PUT", BASE + "/a%2Fb", again).expect(200);
    assertThat(forms.find(shop.workspace(), "a/b").orElseThrow().attribute("mail"))
        .isEqualTo("email");
    // another node's memory of the form is a second old at most; this one's is gone
    assertThat(
            new FormRepository(test.database(), InstantSource.system())
                .submitted(shop.workspace(), "a/b", List.of("mail", "new"))
                .orElseThrow()
                .fields())
        .containsEntry("mail", "email")
        .containsEntry("new", "new");
  }

  @Test
  @DisplayName("I5: forms of one workspace are unknown in another")
  void shouldKeepWorkspacesApart() {
    client.send("PUT", BASE + "/mine", "{\"form\":{\"name\":\"Mine\"}}").expect(200);
    var list = description.check("forms.list", client.get(BASE + "?size=1")).expect(200);
    assertThat(list.json().at("/forms")).hasSize(1);

    var stranger = server.as(other);
    var own = "/v1/environments/" + other.workspace().value() + "/forms";
    stranger.get(own + "/mine").expectProblem(404, "form not found");
    assertThat(stranger.get(own).expect(200).json().at("/forms")).isEmpty();
    stranger.get(BASE + "/mine").expectProblem(404, "workspace not found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | /form/name | name is required",
        "{\"name\":\" \"} | /form/name | name must be a text of 1 to 150 bytes",
        "{\"name\":\"a\",\"fields\":[]} | /form/fields | fields must be an object",
        "{\"name\":\"a\",\"fields\":{\"b\":7}} | /form/fields | fields must map names of fields to names of attributes, each of 1 to 150 bytes",
        "{\"name\":\"a\",\"title\":\"b\"} | /form/title | title is not known here; known are fields, name"
      })
  void shouldTellWhatIsWrong(String form, String pointer, String message) {
    var answer =
        description.check(
            "forms.update", client.send("PUT", BASE + "/x", "{\"form\":" + form + "}"));
    assertThat(answer.expect(422).json().at("/errors/0/detail").asString()).isEqualTo(message);
    assertThat(answer.json().at("/errors/0/source/pointer").asString()).isEqualTo(pointer);
    assertThat(forms.find(shop.workspace(), "x")).isEmpty();
  }

  @Test
  void shouldTakeItsOwnExample() {
    var example =
        description
            .operation("forms.update")
            .json()
            .at("/requestBody/content/application~1json/example")
            .toString();
    assertThat(description.requestFaults("forms.update", example)).isEmpty();
    client.send("PUT", BASE + "/example", example).expect(200);
    client
        .send("PUT", BASE + "/" + "x".repeat(151), example)
        .expectProblem(400, "the id of a form has at most 150 bytes");
  }
}
