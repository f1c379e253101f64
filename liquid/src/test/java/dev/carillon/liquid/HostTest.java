package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("journeys §7.3: what a rendering asks of the program around it")
class HostTest {
  private static final TemplateCache TEMPLATES =
      new TemplateCache(Environment.standard(), 1_000_000);

  @Test
  void shouldAskOnlyForWhatTheTemplateUses() {
    // given
    var asked = new ArrayList<String>();
    Snippets snippets =
        name -> {
          asked.add("snippet " + name);
          return TEMPLATES.get("s");
        };
    Rows rows =
        name -> {
          asked.add("rows " + name);
          return name.equals("deals") ? List.of("a") : null;
        };
    var options = Liquid.STRICT.withHost(new Host(snippets, rows, Links.none()));
    var template =
        Template.parse(
            "{{ name }}{% if false %}{{ snippets.no }}{% endif %}{{ snippets.yes }}{{ deals[0] }}"
                + "{% if absent %}x{% endif %}");

    // then
    assertThat(template.render(Map.of("name", "Ada"), options)).isEqualTo("Adasa");
    assertThat(asked).containsExactly("snippet yes", "rows deals", "rows absent");
  }

  @Test
  void shouldLetTheDataHideTheHost() {
    var options = Liquid.STRICT.withHost(Host.none().withRows(_ -> List.of("host")));
    var data = Map.of("deals", List.of("data"), "snippets", Map.of("a", "data"));
    assertThat(Template.parse("{{ deals[0] }} {{ snippets.a }}").render(data, options))
        .isEqualTo("data data");
  }

  @Test
  void shouldSayWhichSnippetAndLineFailed() {
    // given
    var snippets =
        Snippets.of(Map.of("outer", "\n{{ snippets.inner }}", "inner", "\n\n{{ x }}"), TEMPLATES);
    var options = Liquid.STRICT.withHost(Host.none().withSnippets(snippets));

    // then
    assertThatThrownBy(() -> Template.parse("{{ snippets.outer }}").render(Map.of(), options))
        .isInstanceOfSatisfying(
            LiquidRenderException.class,
            failure -> {
              assertThat(failure.reason()).isEqualTo(Reason.MISSING_VARIABLE);
              assertThat(failure.variable()).hasValue("x");
              assertThat(failure.sentenceWithPlace())
                  .isEqualTo("variable x is missing and has no default (snippet inner, line 1)");
            });
    assertThatThrownBy(() -> Template.parse("a\n{{ x }}").render(Map.of(), options))
        .isInstanceOfSatisfying(
            LiquidRenderException.class,
            failure ->
                assertThat(failure.sentenceWithPlace())
                    .isEqualTo("variable x is missing and has no default (line 2)"));
  }

  @Test
  void shouldNameTheLayoutThatFails() {
    var layout = new Layout(1, "Main", Template.parse("{{ content }}\n{{ gone }}"));
    assertThatThrownBy(() -> Template.parse("x").render(Map.of(), Liquid.STRICT, layout))
        .isInstanceOfSatisfying(
            LiquidRenderException.class,
            failure ->
                assertThat(failure.sentenceWithPlace())
                    .isEqualTo(
                        "variable gone is missing and has no default (layout Main, line 2)"));
  }

  @Test
  void shouldShareOneBudgetBetweenTextAndLayout() {
    // given
    String loop = "{% for i in (1..6000) %}{% endfor %}";
    var layout = new Layout(1, "Main", Template.parse("{{ content }}" + loop));

    // then
    assertThatThrownBy(() -> Template.parse(loop).render(Map.of(), Liquid.STRICT, layout))
        .isInstanceOfSatisfying(
            LiquidRenderException.class,
            failure -> {
              assertThat(failure.reason()).isEqualTo(Reason.STEP_LIMIT);
              assertThat(failure.where()).isEqualTo("layout Main");
            });
  }

  @Test
  void shouldTellALayoutThatHidesItsContent() {
    assertThat(new Layout(1, "a", Template.parse("{{ content | strip }}")).printsContent())
        .isTrue();
    assertThat(new Layout(1, "a", Template.parse("content")).printsContent()).isFalse();
  }

  @Test
  void shouldCountVariablesInsideTheAddressOfALink() {
    assertThat(
            Template.parse("{% cio_link url:\"https://x.test/{{ customer.id }}\" %}").variables())
        .containsExactly("customer.id");
  }

  @Test
  void shouldNeverMixTheLinksOfDeliveriesInManyThreads()
      throws InterruptedException, ExecutionException {
    // given
    var template =
        Template.parse(
            "{{ snippets.footer }}{% for i in (1..20) %}{% cio_link_id %} {% endfor %}"
                + "{{ deals | join }}");
    var layout = new Layout(1, "Main", Template.parse("{% unsubscribe %}{{ content }}"));
    var snippets = Snippets.of(Map.of("footer", "{% unsubscribe_url %} {{ name }}"), TEMPLATES);

    // when
    var wrong = new ArrayList<Future<Integer>>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int person = 0; person < 8; person++) {
        String id = "d" + person;
        wrong.add(threads.submit(() -> wrongOnes(template, layout, snippets, id)));
      }
    }

    // then
    for (var each : wrong) {
      assertThat(each.get()).isZero();
    }
  }

  private static int wrongOnes(Template template, Layout layout, Snippets snippets, String id) {
    var ids = new StringBuilder();
    for (int i = 1; i <= 20; i++) {
      ids.append(id).append('-').append(i).append(' ');
    }
    String expected =
        "<a class=\"untracked\" href=\"/u/"
            + id
            + "\">Unsubscribe</a>/u/"
            + id
            + " "
            + id
            + ids
            + id;
    var host = new Host(snippets, _ -> List.of(id), new DeliveryLinks(id));
    var options = Liquid.STRICT.withHost(host).withForgiving(Set.of("customer"));
    int wrong = 0;
    for (int i = 0; i < 300; i++) {
      String text = template.render(Map.of("name", id), options, layout);
      wrong += text.equals(expected) ? 0 : 1;
    }
    return wrong;
  }

  private record DeliveryLinks(String id) implements Links {
    @Override
    public String unsubscribe() {
      return "/u/" + id;
    }

    @Override
    public String preferences() {
      return "/p/" + id;
    }

    @Override
    public String viewInBrowser() {
      return "/v/" + id;
    }

    @Override
    public String link(String url, boolean track, boolean parameters) {
      return url;
    }

    @Override
    public String linkId(int number) {
      return id + "-" + number;
    }
  }
}
