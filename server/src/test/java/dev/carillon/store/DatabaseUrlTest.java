package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

  @Test
  void shouldReadTheFormOfLibpq() {
    var url = DatabaseUrl.parse("postgres://ada:pw@db.example.test:6432/carillon");

    assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://db.example.test:6432/carillon");
    assertThat(url.user()).isEqualTo("ada");
    assertThat(url.password()).isEqualTo("pw");
  }

  @Test
  void shouldDecodeCredentialsAndKeepParameters() {
    var url =
        DatabaseUrl.parse(
            "postgresql://a%40b:p%2Fw%3A+%25@[::1]/my%20db?sslmode=require&connect_timeout=3");

    assertThat(url.jdbc())
        .isEqualTo("jdbc:postgresql://[::1]/my%20db?sslmode=require&connectTimeout=3");
    assertThat(url.user()).isEqualTo("a@b");
    assertThat(url.password()).isEqualTo("p/w:+%");
  }

  @Test
  void shouldReadUrlsWithoutCredentialsAndWithSeveralHosts() {
    var url = DatabaseUrl.parse("postgres://one:5432,two:5433/carillon?targetServerType=primary");

    assertThat(url.jdbc())
        .isEqualTo("jdbc:postgresql://one:5432,two:5433/carillon?targetServerType=primary");
    assertThat(url.user()).isNull();
    assertThat(url.password()).isNull();
  }

  @Test
  void shouldKeepAnUnescapedAtSignInThePassword() {
    assertThat(DatabaseUrl.parse("postgres://ada:p@w@db/carillon").password()).isEqualTo("p@w");
  }

  @Test
  void shouldPassJdbcUrlsOn() {
    var text = "jdbc:postgresql://db:5432/carillon?user=ada&password=pw";

    assertThat(DatabaseUrl.parse(text)).isEqualTo(new DatabaseUrl(text, null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mysql://ada:topsecret@db/carillon",
        "postgres://ada:topsecret@db",
        "postgres://ada:topsecret@/carillon",
        "postgres://ada:topsecret%zz@db/carillon",
        "postgres://ada:topsecret@db:port/carillon",
        "jdbc:postgresql://db:port/topsecret"
      })
  void shouldRefuseAnythingElseWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> DatabaseUrl.parse(text))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("postgres://user:password@host:5432/database")
        .hasMessageNotContaining("topsecret");
  }

  @Test
  void shouldHideThePasswordWhenPrinted() {
    assertThat(DatabaseUrl.parse("postgres://ada:topsecret@db/carillon").toString())
        .isEqualTo("jdbc:postgresql://db/carillon");
    assertThat(DatabaseUrl.parse("jdbc:postgresql://db/c?password=topsecret").toString())
        .isEqualTo("jdbc:postgresql://db/c?***");
    assertThat(DatabaseSettings.external("postgres://ada:topsecret@db/carillon").toString())
        .doesNotContain("topsecret");
  }
}
