package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.carillon.api.Tenant;
import dev.carillon.delivery.Mailer.Handover.Accepted;
import dev.carillon.delivery.domains.DkimKeys;
import dev.carillon.delivery.domains.Rsa;
import dev.carillon.delivery.domains.SendingDomain;
import dev.carillon.delivery.domains.SendingDomains;
import dev.carillon.messages.Attachment;
import dev.carillon.messages.Email;
import dev.carillon.store.SecretBox;
import dev.carillon.store.StoreException;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Mails of a sending domain are signed; what a receiver makes of it is told by a verifier. */
final class DkimTest {
  private static final TestDatabase test = TestDatabase.create();
  private static final WorkspaceId ONE = Tenant.create(test.database(), "one").workspace();
  private static final WorkspaceId OTHER = Tenant.create(test.database(), "two").workspace();
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final SendingDomains domains =
      new SendingDomains(box((byte) 1), InstantSource.fixed(NOON));

  private final GreenMail sink =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  private static SecretBox box(byte first) {
    var key = new byte[32];
    key[0] = first;
    return new SecretBox(new SecretKeySpec(key, "AES"), new SecureRandom());
  }

  @BeforeEach
  void open() {
    sink.start();
  }

  @AfterEach
  void stop() {
    sink.stop();
  }

  @AfterAll
  static void end() {
    test.close();
  }

  private static SendingDomain domain(String name) {
    var added =
        test.database()
            .<SendingDomains.Added, RuntimeException>inTransaction(
                handle -> domains.add(handle, ONE, name, Rsa.newKey()));
    return ((SendingDomains.Added.Saved) added).domain();
  }

  private byte[] sent(String from, String html, List<Attachment> files) throws Exception {
    var headers = new LinkedHashMap<String, String>();
    headers.put("List-Unsubscribe", "<https://shop.test/u/1>");
    headers.put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    var email =
        new Email(
                from,
                "help@shop.test",
                "ada@example.test",
                "Grüße 🎈",
                html,
                "Hi.\n.dot\n",
                "",
                headers)
            .with(files);
    var settings =
        SmtpSettings.parse("smtp://127.0.0.1:" + sink.getSmtp().getPort(), "carillon.test");
    var keys = new DkimKeys(test.database(), domains);
    try (var mailer = new SmtpMailer(settings, keys::of)) {
      assertThat(mailer.send(new Mailer.Message(ONE, "id-1@carillon.test", NOON, email)))
          .isEqualTo(new Accepted());
    }
    var bytes = new ByteArrayOutputStream();
    sink.getReceivedMessages()[0].writeTo(bytes);
    return bytes.toByteArray();
  }

  private static List<SignatureRecord> verified(byte[] mail, SendingDomain domain)
      throws Exception {
    var records = Map.of(domain.recordName(), domain.recordValue());
    var verifier =
        new DKIMVerifier((methods, selector, name) -> {
          var record = records.get(selector + "._domainkey." + name);
          return record == null ? List.of() : List.of(record.toString());
        });
    var found = verifier.verify(new ByteArrayInputStream(mail));
    return found == null ? List.of() : found;
  }

  @Test
  @DisplayName("M-90: what arrives is signed for the sender's domain, the unsubscribe headers too")
  void signs() throws Exception {
    var domain = domain("shop.test");
    var mail =
        sent(
            "Shop <hello@shop.test>",
            "<p>Grüße 🎈</p>\n" + "<p>long line</p>".repeat(400),
            List.of(new Attachment("a.txt", "x\n.y\r\nz".getBytes(StandardCharsets.UTF_8))));
    var signature = verified(mail, domain).getFirst();
    assertThat(signature.getDToken().toString()).isEqualTo("shop.test");
    assertThat(signature.getHeaders().stream().map(Object::toString))
        .contains("from", "subject", "list-unsubscribe", "list-unsubscribe-post");
    var changed =
        new String(mail, StandardCharsets.ISO_8859_1)
            .replace("shop.test/u/1", "shop.test/u/2")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> verified(changed, domain)).isInstanceOf(FailException.class);
  }

  @Test
  @DisplayName("a mail without HTML is signed by the nearest domain above the sender's")
  void signsBelow() throws Exception {
    var domain = domain("above.test");
    var mail = sent("hello@news.above.test", "", List.of());
    assertThat(verified(mail, domain)).hasSize(1);
  }

  @Test
  @DisplayName("mails of other domains, and of other workspaces' domains, are not signed")
  void leavesOthersAlone() throws Exception {
    test.database()
        .<SendingDomains.Added, RuntimeException>inTransaction(
            handle -> domains.add(handle, OTHER, "theirs.test", Rsa.newKey()));
    var mail = sent("hello@theirs.test", "", List.of());
    assertThat(new String(mail, StandardCharsets.UTF_8)).doesNotContain("DKIM-Signature");
  }

  @Test
  @DisplayName("keys are stored sealed, and open with the installation's key alone")
  void sealsKeys() {
    domain("sealed.test");
    var stored =
        test.database()
            .<byte[], RuntimeException>read(handle ->
                handle
                    .createQuery(
                        "SELECT private_key FROM sending_domain WHERE domain = 'sealed.test'")
                    .mapTo(byte[].class)
                    .one());
    var purpose = "DKIM key of sealed.test in workspace " + ONE.value();
    assertThat(box((byte) 1).open(stored, purpose)).startsWith(0x30, 0x82);
    assertThatThrownBy(() -> box((byte) 2).open(stored, purpose))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("CARILLON_SECRET_KEY");
    assertThatThrownBy(() -> box((byte) 1).open(stored, purpose.replace("sealed", "other")))
        .isInstanceOf(StoreException.class);
  }
}
