package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Tags, filters, objects and texts from outside")
class EnvironmentTest {
  private static Tag link(TagMarkup markup) {
    Expression url = markup.named().get("url");
    if (url == null) {
      throw markup.error("deep_link needs url:");
    }
    Expression track = markup.named().getOrDefault("track", Literal.NIL);
    return rendering ->
        rendering.write(
            "<" + rendering.text(url.evaluate(rendering)) + "|" + track.evaluate(rendering) + ">");
  }

  private static final Environment ENVIRONMENT =
      Environment.standard()
          .withTag("profile_url", _ -> rendering -> rendering.write("https://x.test/u"))
          .withTag("deep_link", EnvironmentTest::link)
          .withFilter(
              "shout",
              0,
              1,
              (input, arguments, rendering) ->
                  rendering.text(input) + "!".repeat(arguments.count() + 1));

  @Test
  @DisplayName("journeys §7.4: tags that need the server are registered from outside")
  void shouldRunTagsFromOutside() {
    // given
    var template =
        ENVIRONMENT.parse(
            "{% profile_url %} {% deep_link url: customer.url track:false, url_params: true %}"
                + "{% liquid\n profile_url\n%}");

    // when
    String text =
        template.render(Map.of("customer", Map.of("url", "https://a.test")), Liquid.STRICT);

    // then
    assertThat(text).isEqualTo("https://x.test/u <https://a.test|false>https://x.test/u");
  }

  @Test
  void shouldLetATagRefuseItsArguments() {
    assertThatThrownBy(() -> ENVIRONMENT.parse("a\n {% deep_link track: true %}"))
        .isInstanceOfSatisfying(
            LiquidSyntaxException.class,
            refusal -> {
              assertThat(refusal.sentenceWithPosition())
                  .isEqualTo("deep_link needs url: (line 2, column 2)");
            });
  }

  @Test
  void shouldRunFiltersFromOutside() {
    assertThat(ENVIRONMENT.parse("{{ 'a' | shout: 1 }}").render(Map.of(), Liquid.STRICT))
        .isEqualTo("a!!");
  }

  /** Remembers what it was asked for. */
  private static final class Watched implements LiquidObject {
    private final List<String> asked = new ArrayList<>();
    private final Map<String, Object> members = Map.of("name", "Ada", "plan", "pro");

    @Override
    public @Nullable Object value(String name) {
      asked.add(name);
      return members.get(name);
    }

    @Override
    public boolean has(String name) {
      return members.containsKey(name);
    }

    @Override
    public Map<String, Object> entries() {
      var ordered = new LinkedHashMap<String, Object>();
      members.keySet().stream().sorted().forEach(key -> ordered.put(key, members.get(key)));
      return ordered;
    }
  }

  @Test
  void shouldAskAnObjectOnlyForWhatTheTemplateReads() {
    // given
    var customer = new Watched();

    // when
    String text =
        Template.parse("{{ customer.name }}{% if customer.age %}x{% endif %}")
            .render(Map.of("customer", customer), Liquid.STRICT);

    // then
    assertThat(text).isEqualTo("Ada");
    assertThat(customer.asked).containsExactly("name", "age");
  }

  @Test
  void shouldListAndNestObjects() {
    var customer = new Watched();
    assertThat(
            Template.parse(
                    "{% for e in customer %}{{ e[0] }}={{ e[1] }} {% endfor %}{{ customer | json }}")
                .render(Map.of("customer", customer), Liquid.STRICT))
        .isEqualTo("name=Ada plan=pro {\"name\":\"Ada\",\"plan\":\"pro\"}");
    assertThat(Template.parse("{{ name }}").render(customer, Liquid.STRICT)).isEqualTo("Ada");
    assertThatThrownBy(() -> Template.parse("{{ age }}").render(customer, Liquid.STRICT))
        .hasMessage("variable age is missing and has no default");
  }

  @Test
  @DisplayName("journeys §7.3: snippets render in the scope that prints them, to depth 5")
  void shouldRenderTextsInTheCurrentScope() {
    // given
    var hello = Template.parse("Hello {{ name }}");
    LiquidText snippet = rendering -> rendering.include("text hello", hello, 5);
    var data = Map.of("snippets", Map.of("hello", snippet), "name", "outside");
    var template =
        Template.parse(
            "{% assign name = 'Ada' %}{{ snippets.hello }} {{ snippets.hello | upcase }}");

    // then
    assertThat(template.render(data, Liquid.STRICT)).isEqualTo("Hello Ada HELLO ADA");
  }

  @Test
  void shouldStopTextsThatContainThemselves() {
    // given
    var self = Template.parse("x{{ snippets.self }}");
    LiquidText snippet = rendering -> rendering.include("text self", self, 5);

    // then
    assertThatThrownBy(
            () -> self.render(Map.of("snippets", Map.of("self", snippet)), Liquid.STRICT))
        .isInstanceOfSatisfying(
            LiquidRenderException.class,
            failure -> assertThat(failure.reason()).isEqualTo(Reason.NESTING_LIMIT))
        .hasMessage("text self is inside others more than 5 levels deep");
  }

  @Test
  void shouldNameAPartialThatIsMissingOrBroken() {
    // given
    var environment =
        Environment.standard().withPartials(name -> name.equals("broken") ? "{{ a" : null);

    // then
    assertThatThrownBy(() -> environment.parse("{% render 'x' %}").render(Map.of(), Liquid.STRICT))
        .hasMessage("there is no partial called x");
    assertThatThrownBy(
            () -> environment.parse("{% render 'broken' %}").render(Map.of(), Liquid.STRICT))
        .hasMessageStartingWith("partial broken: the output opened here with {{ is never closed");
  }

  @Test
  void shouldListTheVariablesATemplateReads() {
    // given
    var template =
        Template.parse(
            """
            {% assign a = customer.first_name | default: customer["nick name"] %}{{ a }}
            {% for item in event.cart.items %}{{ item.name }}{{ forloop.index }}{% endfor %}
            {% if event.items[0].x == trigger.y %}{{ 1 | plus: customer.n }}{% endif %}
            """);

    // then
    assertThat(template.variables())
        .containsExactlyInAnyOrder(
            "customer.first_name",
            "customer.nick name",
            "event.cart.items",
            "event.items",
            "trigger.y",
            "customer.n");
  }
}
