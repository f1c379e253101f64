package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Every tag, filter and object that the contract names is in the corpus, in a template that
 * renders, and so is every filter there is.
 */
@DisplayName("journeys §7.3 to §7.5: nothing the contract names is without a case")
class ContractChecklistTest {
  private static final List<String> TAGS =
      words(
          """
          unsubscribe_url unsubscribe manage_subscription_preferences_url view_in_browser_url
          cio_link cio_link_id random comment raw capture increment decrement cycle tablerow liquid
          echo assign if unless case for break continue doc # ifchanged
          """);

  private static final List<String> REFUSED_TAGS = words("include render");

  private static final List<String> FILTERS =
      words(
          """
          date timezone add_day add_week add_month add_year add_hour add_minute subtract_day
          subtract_week subtract_month subtract_year subtract_hour subtract_minute currency
          rounded_currency format_number to_json json parse_json md5 sha1 sha256 sha512 hmac_md5
          hmac_sha1 hmac_sha256 base64 base64_encode base64_decode base64_url_safe_encode
          base64_url_safe_decode cgi_escape url_encode url_decode uri_escape titlecase camelize
          pluralize default where where_exp map sort sort_natural group_by uniq compact concat sum
          find sample shuffle slugify strip_html newline_to_br simple_format truncate truncatewords
          """);

  private static final List<String> OBJECTS =
      words(
          """
          customer event event_name event_id event_timestamp trigger objects journey response
          campaign message delivery_id layout content snippets workspace
          """);

  private static List<String> words(String text) {
    return Arrays.asList(text.strip().split("\\s+"));
  }

  /** What {@code pattern} captures in the templates that render, layouts and snippets included. */
  private static Set<String> found(String pattern) {
    var compiled = Pattern.compile(pattern);
    return Corpus.all().stream()
        .filter(each -> !each.expected().startsWith("?") && !each.expected().startsWith("!"))
        .flatMap(each -> compiled.matcher(each.template()).results())
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void shouldHaveACaseForEachTag() {
    assertThat(found("(?:\\{%-?|liquid) *([a-z_]+|#)")).containsAll(TAGS);
    assertThat(
            Corpus.all().stream()
                .filter(each -> each.expected().endsWith("use snippets instead"))
                .map(Corpus.Case::template))
        .hasSize(REFUSED_TAGS.size());
  }

  @Test
  void shouldHaveACaseForEachFilterOfTheContract() {
    assertThat(StandardFilters.all().keySet()).containsAll(FILTERS);
    assertThat(found("\\| *([a-z_0-9]+)")).containsAll(FILTERS);
  }

  @Test
  void shouldHaveACaseForEachFilterThereIs() {
    assertThat(found("\\| *([a-z_0-9]+)")).containsAll(StandardFilters.all().keySet());
  }

  @Test
  void shouldHaveACaseForEachObject() {
    var named =
        Corpus.all().stream()
            .flatMap(each -> {
              var layout = each.layout();
              String around = layout == null ? "" : String.join(" ", layout.template().variables());
              String inside =
                  each.expected().startsWith("?")
                      ? ""
                      : String.join(" ", Template.parse(each.template()).variables());
              return Arrays.stream((around + " " + inside).split(" "));
            })
            .map(path -> path.split("\\.")[0])
            .collect(Collectors.toSet());
    assertThat(named).containsAll(OBJECTS);
  }
}
