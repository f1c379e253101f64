package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("One template is rendered by many threads without mixing their data")
class ConcurrencyTest {
  private static final int THREADS = 16;
  private static final int RENDERS = 500;

  private static final String SOURCE =
      """
      {% assign name = customer.name | upcase %}{% increment n %}
      {% capture line %}{{ customer.name }}/{{ name }}{% endcapture %}
      {% for item in items %}{% cycle 'a', 'b' %}{{ item }}-{{ customer.name }}-{{ forloop.index }}
      {% endfor %}{{ line }}{% ifchanged %}{{ name }}{% endifchanged %}{{ items | shuffle | join }}
      """;

  @Test
  void shouldNeverMixTheDataOfTwoRenderings() throws InterruptedException, ExecutionException {
    // given
    var shared = Template.parse(SOURCE);

    // when
    var renderings = new ArrayList<Future<Integer>>();
    try (var threads = Executors.newFixedThreadPool(THREADS)) {
      for (int person = 0; person < THREADS; person++) {
        int number = person;
        renderings.add(threads.submit(() -> wrongOnes(shared, number)));
      }
    }

    // then
    for (var each : renderings) {
      assertThat(each.get()).isZero();
    }
  }

  /** How many of many renderings for one person differ from that of a template of their own. */
  private static int wrongOnes(Template shared, int person) {
    var items = IntStream.range(0, 10).mapToObj(i -> "i" + person + "_" + i).toList();
    var data = Map.of("customer", Map.of("name", "person" + person), "items", items);
    var options = Liquid.STRICT.withSeed(person);
    String expected = Template.parse(SOURCE).render(data, options);
    assertThat(expected).contains("person" + person, "PERSON" + person);
    int wrong = 0;
    for (int i = 0; i < RENDERS; i++) {
      wrong += shared.render(data, options).equals(expected) ? 0 : 1;
    }
    return wrong;
  }
}
