package dev.carillon.liquid;

import static dev.carillon.liquid.Liquid.failure;
import static dev.carillon.liquid.Liquid.refusal;
import static dev.carillon.liquid.Liquid.render;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("journeys §7.2: missing data and errors")
class MissingDataTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{{customer.first_name}}~customer.first_name",
        "{{ customer['first name'] }}~customer['first name']",
        "{{ customer.first_name | upcase | default: 'x' }}~customer.first_name",
        "{{ event.cart.items[0].name }}~event.cart.items[0].name",
        "{{ customer.tags.first }}~customer.tags.first",
        "{% echo nothing %}~nothing",
        "{% liquid echo nothing | upcase %}~nothing",
        "{% capture x %}{{ nothing }}{% endcapture %}~nothing",
        "{{ 'https://x.test/?id=' | append: customer.id }}~customer.id",
        "{{ customer.first_name | default: customer.nickname }}~customer.nickname",
      })
  void shouldFailAndNameWhatIsMissing(String template, String variable) {
    // given
    var data = Map.of("customer", Map.of("tags", List.of()), "event", Map.of("cart", Map.of()));

    // when
    var failure = failure(template, data);

    // then
    assertThat(failure.reason()).isEqualTo(Reason.MISSING_VARIABLE);
    assertThat(failure.variable()).hasValue(variable);
    assertThat(failure.line()).isEqualTo(1);
  }

  @Test
  void shouldTakeTheFallbackWhenDefaultComesFirst() {
    assertThat(render("{{ customer.name | default: 'there' | upcase }}")).isEqualTo("THERE");
    assertThat(render("{{ a.b.c | default: d.e | default: 'x' }}")).isEqualTo("x");
    assertThat(render("{{ a | default: b }}", Map.of("b", "B"))).isEqualTo("B");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% if nothing %}A{% else %}ok{% endif %}",
        "{% unless nothing.at.all %}ok{% endunless %}",
        "{% case nothing %}{% when 1 %}A{% else %}ok{% endcase %}",
        "{% for x in nothing %}A{% else %}ok{% endfor %}",
        "{% assign x = nothing %}ok{{ x }}",
        "{% assign x = nothing | append: nothing.more %}ok{{ x }}",
        "{% if nothing > 5 or nothing < 5 or nothing contains 'x' %}A{% else %}ok{% endif %}",
      })
  void shouldTreatWhatIsMissingAsNilElsewhere(String template) {
    assertThat(render(template)).isEqualTo("ok");
  }

  @Test
  void shouldPrintNothingForWhatIsEmptyOrNull() {
    // given
    var customer = Collections.<String, Object>singletonMap("none", null);

    // then
    assertThat(render("[{{ a }}]", Map.of("a", ""))).isEqualTo("[]");
    assertThat(render("[{{ customer.none }}]", Map.of("customer", customer))).isEqualTo("[]");
  }

  @Test
  void shouldPrintNothingForWhatIsMissingWhenLax() {
    assertThat(Template.parse("[{{ a.b | upcase }}]").render(Map.of(), Liquid.LAX)).isEqualTo("[]");
  }

  @Test
  void shouldSayOnWhichLineTheRenderingFailed() {
    assertThat(failure("a\n{% if true %}\n  b\n  {{ x }}{% endif %}").line()).isEqualTo(4);
    assertThat(failure("\n{% liquid\n assign a = 1\n echo x\n%}").line()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "Hi {{ a | shout }}~1~11~there is no filter called 'shout'",
        "Hi {% shout %}~1~4~there is no tag called 'shout'",
        "Hi {{ name~1~4~the output opened here with {{ is never closed with }}",
        "{% if a %}b~1~1~the if opened here is never closed with endif",
        "{% endif %}~1~1~'endif' has nothing it belongs to here",
        "{{ a b }}~1~6~expected the end of the tag but found 'b'",
        "{{ 'a }}~1~4~the text opened here with ' is never closed",
        "{% assign a 1 %}~1~13~expected '=' but found '1'",
        "{% if a == %}~1~12~expected a value here",
        "{{ a | append }}~1~8~filter 'append' takes 1 arguments, not 0",
        "{% include 'x' %}~1~1~the tag 'include' is not available; use snippets instead",
        "{% render 'x' %}~1~1~the tag 'render' is not available; use snippets instead",
        "{% for x of y %}{% endfor %}~1~10~expected 'in' but found 'of y'",
        "{% %}~1~1~a tag needs a name",
      })
  void shouldRefuseASyntaxErrorWithItsPlace(
      String template, int line, int column, String sentence) {
    // when
    var refusal = refusal(template);

    // then
    assertThat(refusal).hasMessage(sentence);
    assertThat(List.of(refusal.line(), refusal.column())).containsExactly(line, column);
  }

  @Test
  void shouldCountLinesInRefusals() {
    assertThat(refusal("a\nb\n  {{ c | nope }}").line()).isEqualTo(3);
    assertThat(refusal("a\nb\n  {{ c | nope }}").column()).isEqualTo(10);
    assertThat(refusal("{% liquid\n assign a = 1\n nope a\n%}").line()).isEqualTo(3);
  }
}
