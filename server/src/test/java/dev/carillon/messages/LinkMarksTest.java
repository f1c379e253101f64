package dev.carillon.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a link is called that Liquid fills (M-73). */
class LinkMarksTest {

  private static Map<String, String> names(String html) {
    var names = new HashMap<String, String>();
    assertThat(LinkMarks.take(html, names)).doesNotContain("data-carillon-link=a");
    return names;
  }

  @ParameterizedTest
  @DisplayName(
      "a link whose address holds Liquid is marked, wherever its address stands in the tag")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<a href=\"https://x.test/{{a}}\">            | https://x.test/{{a}}",
        "<A class='b' HREF = '{{ m[\"y>\"] }}'>       | {{ m[\"y>\"] }}",
        "<a {% if b %}id='1>'{% endif %} href='{{a}}'> | {{a}}",
        "<area shape=rect href=\"{% if a %}x{% endif %}\"> | {% if a %}x{% endif %}",
        "<a\thref=\"{{a}}\">                          | {{a}}"
      })
  void shouldMark(String tag, String name) {
    var marked = LinkMarks.mark("<p>" + tag + "t</a></p>");
    assertThat(marked).isNotEqualTo("<p>" + tag + "t</a></p>");
    // as if Liquid had filled it
    var filled = marked.replace(name, "https://filled.test/");
    assertThat(names(filled)).isEqualTo(Map.of("https://filled.test/", name));
    assertThat(LinkMarks.take(marked, new HashMap<>())).isEqualTo("<p>" + tag + "t</a></p>");
  }

  @ParameterizedTest
  @DisplayName("nothing else is")
  @ValueSource(
      strings = {
        "<a href=\"https://x.test/\">{{b}}</a>",
        "<abbr href=\"{{a}}\">",
        "<a data-href=\"{{a}}\">",
        "<a title=\"href={{a}}\" href=\"x\">",
        "<a href=\"{% cio_link url:x %}\">",
        "<a href={{a}}>",
        "<a href=\"{{a}}",
        "<a",
        "a < b {{c}}"
      })
  void shouldLeave(String template) {
    assertThat(LinkMarks.mark(template)).isEqualTo(template);
  }

  @Test
  @DisplayName("marks that somebody else wrote harm nothing, nor do templates made to take long")
  void shouldBearAnything() {
    assertThat(names("<a data-carillon-link=A href=x>a</a>")).isEmpty();
    assertThat(names("<a data-carillon-link=\"%%\" href=x>a</a>")).isEmpty();
    for (var part : new String[] {"<a ", "<a \"", "<a href='{{", "<a href=\"{{a}}\" ", "<a {%"}) {
      var template = part.repeat(512 * 1_024 / part.length());
      assertTimeout(Duration.ofSeconds(5), () -> LinkMarks.mark(template).length());
    }
  }
}
