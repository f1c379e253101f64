package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.delivery.CampaignEmail;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.messages.Copies;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.people.Identifier;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code …/mail_trap}: what was sent, without a mail server. */
class MailTrapApiTest {
  @AutoClose private static final ProcessingKit KIT = ProcessingKit.start(1);
  @AutoClose private static final ManagementEdge EDGE = new ManagementEdge(KIT, 0);

  private static final CampaignEmail EMAIL =
      new CampaignEmail(
          "Welcome",
          "transactional",
          "First mail",
          new EmailTemplate(
              "Grüße {{customer.first_name}}",
              "<p>Hi <a href=\"https://shop.test/a?b=1&amp;c=2\">the <b>shop</b></a></p>"
                  + "<script>alert(1)</script>",
              "",
              "Shop <shop@example.test>",
              "help@example.test",
              "",
              "Look inside",
              Map.of("X-Kind", "welcome"),
              new Copies("cc@example.test", "bcc@example.test", false)));

  private final Mailbox mailbox = new Mailbox(KIT, KIT.node(0), EMAIL);
  private final JsonClient client = EDGE.client();
  private final String base = "/v1/environments/" + KIT.workspace().value() + "/mail_trap";

  private static String publicId(long deliveryId) {
    var at =
        KIT.database.<java.sql.Timestamp, RuntimeException>read(handle ->
            handle
                .createQuery("SELECT created_at FROM delivery WHERE delivery_id = :id")
                .bind("id", deliveryId)
                .mapTo(java.sql.Timestamp.class)
                .one());
    return new DeliveryIds(ProcessingKit.SECRET).text(deliveryId, at.toInstant());
  }

  @Test
  @DisplayName("a mail is listed, and read as text, as parts, as links and as it travels")
  void reads() throws Exception {
    var kim = Identifier.id("kim");
    Mailbox.reachable(KIT, kim);
    KIT.settle();
    var id = publicId(mailbox.sent(kim));
    var later = publicId(mailbox.sent(kim));

    var first = client.get(base + "?size=1").expect(200).json();
    assertThat(first.at("/mails/0/id").asString()).isEqualTo(later);
    assertThat(first.get("has_more").asBoolean()).isTrue();
    var second = client.get(base + "?size=1&page=2").expect(200).json();
    assertThat(second.at("/mails/0/id").asString()).isEqualTo(id);
    assertThat(second.at("/mails/0/subject").asString()).isEqualTo("Grüße Somebody");
    assertThat(second.get("has_more").asBoolean()).isFalse();

    var mail = client.get(base + "/" + id).expect(200).json().get("mail");
    assertThat(mail.get("from").asString()).isEqualTo("Shop <shop@example.test>");
    assertThat(mail.get("cc").asString()).isEqualTo("cc@example.test");
    assertThat(mail.get("bcc").asString()).isEqualTo("bcc@example.test");
    assertThat(mail.at("/headers/X-Kind").asString()).isEqualTo("welcome");
    assertThat(mail.get("links").toString())
        .isEqualTo("[{\"url\":\"https://shop.test/a?b=1&c=2\",\"text\":\"the shop\"}]");
    assertThat(mail.at("/parts/0/content_type").asString()).startsWith("text/plain");
    assertThat(mail.at("/parts/1/content_type").asString()).startsWith("text/html");
    assertThat(mail.get("parts").size()).isEqualTo(2);

    var source = client.get(base + "/" + id + "/source").expect(200).http();
    var parsed =
        new MimeMessage(
            Session.getInstance(new Properties()),
            new ByteArrayInputStream(source.body().getBytes(StandardCharsets.UTF_8)));
    assertThat(parsed.getSubject()).isEqualTo("Grüße Somebody");
    assertThat(parsed.getMessageID()).isEqualTo("<" + id + "@carillon.test>");
    assertThat(source.body()).contains("\r\n\r\n").doesNotContain("bcc@");

    var html = client.get(base + "/" + id + "/parts/1").expect(200).http();
    assertThat(html.body()).contains("<script>");
    assertThat(html.header("content-security-policy")).contains("sandbox");
    client.get(base + "/" + id + "/parts/2").expectProblem(404, "part not found");
    client.get(base + "/" + id + "/parts/x").expect(400);
  }

  @Test
  @DisplayName("mails not handed over, unknown ones and pages too far are told apart")
  void refuses() {
    var kim = Identifier.id("waiting");
    Mailbox.reachable(KIT, kim);
    KIT.settle();
    var waiting = publicId(mailbox.queue(kim));
    client.get(base + "/" + waiting).expect(404);
    mailbox.send();
    client.get(base + "/" + waiting).expect(200);
    client.get(base + "/nonsense").expectProblem(404, "mail not found");
    client.get(base + "?size=100&page=11").expect(400);
  }
}
