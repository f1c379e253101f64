package dev.carillon.messages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.liquid.Links;
import dev.carillon.messages.Rendering.Failed;
import dev.carillon.messages.Rendering.NoRecipient;
import dev.carillon.messages.Rendering.Rendered;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailRendererTest {
  private static final String ADA = "{\"email\":\"ada@example.test\",\"first_name\":\"Ada\"}";

  private final EmailRenderer renderer =
      new EmailRenderer(InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z")));

  @Test
  @DisplayName("journeys §7.3: each scope is there")
  void shouldRenderEveryScope() {
    // given
    var trigger = new Trigger("ordered", "01ARZ3", 1_700_000_000L, Map.of("total", 12.5));
    var body =
        "{{customer.first_name}} {{customer.cio_id}} {{event.total}} {{event_name}} {{event_id}}"
            + " {{event_timestamp}} {{campaign.id}} {{campaign.name}} {{campaign.type}}"
            + " {{message.id}} {{message.name}} {{message.type}} {{message.subject}}"
            + " {{delivery_id}} {{workspace.id}} {{workspace.name}}";

    // when
    var email = rendered(template("Hello", body), scope(ADA, trigger));

    // then
    assertThat(email.html())
        .isEqualTo(
            "Ada a3000000000007 12.5 ordered 01ARZ3 1700000000 3 Welcome transactional"
                + " 4 First mail email_action Hello delivery-1 1 Shop");
  }

  @Test
  @DisplayName("journeys §7.2: a missing variable fails the mail and is named")
  void shouldNameTheMissingVariable() {
    // when
    var rendering = render(template("Hi {{customer.nickname}}", "x"), scope(ADA, Trigger.NONE));

    // then
    assertThat(rendering)
        .isEqualTo(
            new Failed(
                "subject: variable customer.nickname is missing and has no default (line 1)"));
  }

  @Test
  @DisplayName("journeys §7.2: event data is missing when no event started the journey")
  void shouldFailOnEventDataWithoutEvent() {
    // when
    var rendering = render(template("Hi", "{{event.total}}"), scope(ADA, Trigger.NONE));

    // then
    assertThat(rendering)
        .isEqualTo(new Failed("body: variable event.total is missing and has no default (line 1)"));
  }

  @Test
  void shouldSayWhichPartCannotBeParsed() {
    // when
    var rendering = render(template("{% if %}", "x"), scope(ADA, Trigger.NONE));

    // then
    assertThat(rendering).isInstanceOf(Failed.class);
    assertThat(((Failed) rendering).reason()).startsWith("subject: ").contains("line 1");
  }

  @Test
  @DisplayName("P-43: event data overrides sender, recipient and reply-to, never as Liquid")
  void shouldLetEventDataOverrideAddresses() {
    // given
    var trigger =
        new Trigger(
            "ordered",
            null,
            1L,
            Map.of(
                "recipient", "boss@example.test",
                "from_address", "Shop <shop@example.test>",
                "reply_to", "help@example.test"));

    // when
    var email = rendered(template("Hi", "x"), scope(ADA, trigger));

    // then
    assertThat(email.recipient()).isEqualTo("boss@example.test");
    assertThat(email.from()).isEqualTo("Shop <shop@example.test>");
    assertThat(email.replyTo()).isEqualTo("help@example.test");
  }

  @Test
  @DisplayName("journeys §5.1 gate 8: a person without address is undeliverable, not failed")
  void shouldHaveNoRecipientWithoutAddress() {
    // when
    var rendering = render(template("Hi", "x"), scope("{\"id\":\"7\"}", Trigger.NONE));

    // then
    assertThat(rendering).isInstanceOf(NoRecipient.class);
    assertThat(((NoRecipient) rendering).reason()).isEqualTo("no recipient");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ada",
        "@example.test",
        "ada@",
        "a b@example.test",
        "a@x.test,b@x.test",
        "žofie@x.test"
      })
  void shouldHaveNoRecipientWhenMalformed(String address) {
    // when
    var rendering =
        render(template("Hi", "x"), scope("{\"email\":\"" + address + "\"}", Trigger.NONE));

    // then
    assertThat(rendering).isInstanceOf(NoRecipient.class);
    assertThat(((NoRecipient) rendering).reason()).startsWith("no recipient: '" + address);
  }

  @Test
  @DisplayName(
      "journeys §5.4: a recipient that is written may be several; a person's address is one")
  void shouldSendToSeveral() {
    // given
    var template =
        new EmailTemplate("Hi", "x", "", "a@b.test", "", "a@x.test, b@x.test", "", Map.of());

    // when
    var email = rendered(template, scope(ADA, Trigger.NONE));

    // then
    assertThat(email.recipient()).isEqualTo("a@x.test, b@x.test");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\r\\nBcc: spy@evil.test", "\\nX: y", "\\rX: y", "\\u2028X", "\\u0000X"})
  void shouldRefuseHeaderInjection(String attack) {
    // given
    var person = "{\"email\":\"ada@example.test\",\"first_name\":\"Ada%s\"}".formatted(attack);

    // when
    var subject = render(template("Hi {{customer.first_name}}!", "x"), scope(person, Trigger.NONE));
    var header =
        render(
            new EmailTemplate(
                "Hi",
                "x",
                "",
                "a@example.test",
                "",
                "",
                "",
                Map.of("X-Name", "{{customer.first_name}}!")),
            scope(person, Trigger.NONE));

    // then
    assertThat(((Failed) subject).reason()).startsWith("subject: a ").endsWith("is not allowed");
    assertThat(((Failed) header).reason()).startsWith("header X-Name: a ");
  }

  @Test
  void shouldRefuseReservedAndMalformedHeaderNames() {
    for (var name : new String[] {"Bcc", "content-type", "X Y", "X:Y", "Ä"}) {
      // when
      var rendering =
          render(
              new EmailTemplate("Hi", "x", "", "a@example.test", "", "", "", Map.of(name, "v")),
              scope(ADA, Trigger.NONE));

      // then
      assertThat(rendering).as(name).isInstanceOf(Failed.class);
    }
  }

  @Test
  void shouldHidePreheaderAtTheStartOfTheBody() {
    // given
    var template =
        new EmailTemplate(
            "Hi",
            "<html><BODY class=\"a\"><p>Hello</p></body></html>",
            "",
            "a@example.test",
            "",
            "",
            "{{customer.first_name}} & <more>",
            Map.of());

    // when
    var email = rendered(template, scope(ADA, Trigger.NONE));

    // then
    assertThat(email.html())
        .contains("<BODY class=\"a\"><div style=\"display:none")
        .contains(">Ada &amp; &lt;more&gt;</div><p>Hello</p>");
    assertThat(email.plain()).isEqualTo("Hello");
  }

  @Test
  @DisplayName("journeys §5.4: plain text is made from the HTML, links as text (url)")
  void shouldMakePlainText() {
    // given
    var html =
        """
        <html><head><title>No</title><style>p{}</style></head><body>
        <h1>Hello&nbsp;Ada</h1><p>Your  order
        is <b>ready</b>.<br>Come <a href="https://shop.test/a?b=1">here</a>.</p>
        <ul><li>Tea</li><li>Milk</li></ul><table><tr><td>Sum</td><td>12</td></tr></table>
        <a href="https://shop.test">https://shop.test</a></body></html>
        """;

    // when
    var email = rendered(template("Hi", html), scope(ADA, Trigger.NONE));

    // then
    assertThat(email.plain())
        .isEqualTo(
            """
            Hello Ada

            Your order is ready.
            Come here (https://shop.test/a?b=1).

            - Tea
            - Milk

            Sum 12

            https://shop.test\
            """);
  }

  @Test
  void shouldCutOffEndlessTemplates() {
    // when
    var rendering =
        render(
            template("Hi", "{% for i in (1..100000000) %}{{ i }}{% endfor %}"),
            scope(ADA, Trigger.NONE));

    // then
    assertThat(rendering).isInstanceOf(Failed.class);
    assertThat(((Failed) rendering).reason()).startsWith("body: ");
  }

  private Rendering render(EmailTemplate template, MessageScope scope) {
    return renderer.render(template, scope, Map.of());
  }

  private Email rendered(EmailTemplate template, MessageScope scope) {
    var rendering = render(template, scope);
    assertThat(rendering).isInstanceOf(Rendered.class);
    return ((Rendered) rendering).email();
  }

  private static EmailTemplate template(String subject, String body) {
    return new EmailTemplate(subject, body, "", "Shop <shop@example.test>", "", "", "", Map.of());
  }

  private static MessageScope scope(String attributes, @Nullable Trigger trigger) {
    return new MessageScope(
        MessageScope.customer(7, attributes),
        trigger == null ? Trigger.NONE : trigger,
        null,
        new MessageScope.Campaign(3, "Welcome", "transactional"),
        new MessageScope.Message(4, "First mail", "email_action", 9L),
        "delivery-1",
        new MessageScope.Workspace(1, "Shop"),
        Links.inert());
  }
}
