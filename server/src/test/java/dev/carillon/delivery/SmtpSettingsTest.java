package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.delivery.SmtpSettings.Tls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpSettingsTest {

  @Test
  void shouldReadAllParts() {
    assertThat(
            SmtpSettings.parse(
                "smtp://ada%40x:p%3Aq+r@mail.test:2525?starttls=required&verify=off&ehlo=me.test",
                "other.test"))
        .isEqualTo(
            new SmtpSettings("mail.test", 2525, "ada@x", "p:q+r", Tls.REQUIRED, false, "me.test"));
  }

  @Test
  void shouldHaveDefaults() {
    assertThat(SmtpSettings.parse("smtp://mail.test", "me.test"))
        .isEqualTo(new SmtpSettings("mail.test", 25, null, null, Tls.OFFERED, true, "me.test"));
    assertThat(SmtpSettings.parse("smtps://mail.test", "me.test"))
        .isEqualTo(new SmtpSettings("mail.test", 465, null, null, Tls.IMMEDIATE, true, "me.test"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mail.test",
        "http://mail.test",
        "smtp://",
        "smtp://u@mail.test",
        "smtp://u:secret@mail.test?tls=1",
        "smtp://u:secret@mail.test?starttls=perhaps",
        "smtps://u:secret@mail.test?starttls=required",
        "smtp://u:secret@mail test"
      })
  void shouldRefuseWithASentenceWithoutThePassword(String url) {
    assertThatThrownBy(() -> SmtpSettings.parse(url, "me.test"))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .startsWith("The SMTP URL")
        .doesNotContain("secret");
  }

  @Test
  void shouldKeepThePasswordOutOfLogs() {
    assertThat(SmtpSettings.parse("smtp://u:secret@mail.test", "me.test").toString())
        .doesNotContain("secret");
  }
}
