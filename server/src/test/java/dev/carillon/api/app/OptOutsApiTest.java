package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.http.RateLimits;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.processing.Operation.OptOuts.Choice;
import dev.carillon.store.TestDatabase;
import dev.carillon.subscriptions.OptOut;
import dev.carillon.subscriptions.OptOutRepository;
import dev.carillon.subscriptions.SenderChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Opt-outs from senders over HTTP (app-data §2.11, §7); class {@code AppChangesTest} applies them.
 */
class OptOutsApiTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T00:00:00Z");
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private final Tenant shop = Tenant.create(TEST.database(), "opt-" + NUMBER.incrementAndGet());
  private final JsonClient client = SERVER.as(shop);
  private final long ada = shop.person(Map.of("id", "ada"), CREATED);

  private void optedOut(long person, SenderChannel channel, String from) {
    var choice =
        new OptOutRepository.Choice(
            shop.workspace(), person, new OptOut(channel, from), true, CREATED);
    TEST.database()
        .inTransaction(handle -> {
          new OptOutRepository().write(handle, List.of(choice));
          return 0;
        });
  }

  @Test
  @DisplayName("app-data §2.11: the opt-outs of a person; presence is an opt-out")
  void shouldShowThoseOfAPerson() {
    client.get("/v1/customers/ada/optouts").expect(200, "{\"optouts\":[]}");
    optedOut(ada, SenderChannel.WHATSAPP, "+15551230000");
    optedOut(ada, SenderChannel.SMS, " Shop ");

    client
        .get("/v1/customers/" + CioId.of(ada) + "/optouts?id_type=cio_id")
        .expect(
            200,
            """
            {"optouts":[{"channel":"sms","from":"Shop"},{"channel":"whatsapp","from":"+15551230000"}]}
            """);
    client.get("/v1/customers/bob/optouts").expectProblem(404, "customer not found");
  }

  @Test
  @DisplayName("app-data §2.11: a change is handed in to the log")
  void shouldHandInChanges() {
    SERVER.accepted.clear();
    var body =
        """
        {"optouts":[{"from":"+15551230000","optout":true},
                    {"from":" Shop ","optout":false,"channel":"whatsapp"}]}
        """;
    var answer = client.send("PUT", "/v1/customers/ada/optouts", body).expect(204);

    assertThat(answer.http().body()).isEmpty();
    assertThat(SERVER.accepted)
        .containsExactly(
            new Operation.OptOuts(
                shop.workspace(),
                Identifier.id("ada"),
                List.of(
                    new Choice(new OptOut(SenderChannel.SMS, "+15551230000"), true),
                    new Choice(new OptOut(SenderChannel.WHATSAPP, "Shop"), false))));
    client.send("PUT", "/v1/customers/ada/optouts", "{\"optouts\":[]}").expect(204);
    client.send("PUT", "/v1/customers/bob/optouts", body).expectProblem(404, "customer not found");
    assertThat(SERVER.accepted).hasSize(1);
  }

  @ParameterizedTest
  @DisplayName("app-data §2.11: what is wrong is 400 and changes nothing")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                                         | optouts must be a list",
        "{'optouts':{}}                                             | optouts must be a list",
        "{'optouts':['x']}                                          | optouts[0] must be an object",
        "{'optouts':[{'optout':true}]}                              | optouts[0].from must be a text of 1 to 100 characters",
        "{'optouts':[{'from':' ','optout':true}]}                   | optouts[0].from must be a text of 1 to 100 characters",
        "{'optouts':[{'from':'a','optout':'yes'}]}                  | optouts[0].optout must be true or false",
        "{'optouts':[{'from':'a','optout':true,'channel':'fax'}]}   | optouts[0].channel must be sms or whatsapp",
        "{'optouts':[{'from':'a','optout':true},{'from':'b'}]}      | optouts[1].optout must be true or false"
      })
  void shouldRefuse(String body, String message) {
    SERVER.accepted.clear();
    client
        .send("PUT", "/v1/customers/ada/optouts", body.replace('\'', '"'))
        .expectProblem(400, message);
    assertThat(SERVER.accepted).isEmpty();
  }

  @Test
  @DisplayName(
      "app-data §1.2: several problems are a list in meta.errors, and meta.error is absent")
  void shouldTellAllThatIsWrong() {
    client
        .send(
            "PUT",
            "/v1/customers/ada/optouts",
            "{\"optouts\":[{\"from\":\"\",\"optout\":1},{\"from\":\"a\",\"optout\":true,\"channel\":5}]}")
        .expect(
            400,
            """
            {"meta":{"errors":["optouts[0].from must be a text of 1 to 100 characters",
                               "optouts[0].optout must be true or false",
                               "optouts[1].channel must be sms or whatsapp"],"status":400},
             "errors":[{"detail":"optouts[0].from must be a text of 1 to 100 characters","status":"400"},
                       {"detail":"optouts[0].optout must be true or false","status":"400"},
                       {"detail":"optouts[1].channel must be sms or whatsapp","status":"400"}]}
            """);
  }

  @Test
  @DisplayName("app-data §7: the opt-outs of the workspace, by sender too, in pages of people")
  void shouldShowThoseOfTheWorkspace() {
    client.get("/v1/optouts").expect(200, "{\"optouts\":[],\"next\":\"\"}");
    optedOut(ada, SenderChannel.SMS, "Shop");
    optedOut(ada, SenderChannel.SMS, "+1");
    var others = new ArrayList<Long>();
    for (var i = 0; i < 4; i++) {
      others.add(shop.person(Map.of("email", "p" + i + "@b.c"), CREATED));
      optedOut(others.get(i), SenderChannel.WHATSAPP, i == 2 ? "SHOP" : "+1");
    }
    var stranger = Tenant.create(TEST.database(), "opt-" + NUMBER.incrementAndGet());

    client
        .get("/v1/optouts?from=%20shop")
        .expect(
            200,
            """
            {"optouts":[
              {"customer_id":"ada","cio_id":"%s","optouts":[{"channel":"sms","from":"Shop"}]},
              {"customer_id":"","cio_id":"%s","optouts":[{"channel":"whatsapp","from":"SHOP"}]}],
             "next":""}
            """
                .formatted(CioId.of(ada), CioId.of(others.get(2))));
    SERVER.as(stranger).get("/v1/optouts").expect(200, "{\"optouts\":[],\"next\":\"\"}");

    var met = new ArrayList<String>();
    var next = "";
    do {
      var page = client.get("/v1/optouts?limit=2&start=" + next).expect(200).json();
      page.get("optouts").forEach(each -> met.add(each.get("cio_id").asString()));
      next = page.get("next").asString();
      if (!next.isEmpty()) {
        SERVER
            .as(stranger)
            .get("/v1/optouts?start=" + next)
            .expectProblem(400, "start is not a cursor of this list");
        client
            .get("/v1/optouts?from=shop&start=" + next)
            .expectProblem(400, "start is not a cursor of this list");
      }
    } while (!next.isEmpty());
    assertThat(met).hasSize(5).doesNotHaveDuplicates().startsWith(CioId.of(ada));
  }
}
