package dev.carillon.acceptance;

import static dev.carillon.acceptance.ReadBack.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the README says about official clients, done to the letter by a newcomer. */
@Timeout(300)
class ReadmeTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("^```(?:js|html)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern KEY = Pattern.compile("\"(\\w+_(?:id|key))\" : \"([^\"]+)\"");

  private final CarillonProcess server = new CarillonProcess(DataFolder.empty("readme"));

  private final HttpCalls calls = new HttpCalls(server);
  private final ReadBack read = new ReadBack(calls);

  @AfterEach
  void stop() throws Exception {
    calls.close();
    server.close();
  }

  @Test
  @DisplayName("the three examples of official clients, with the keys from credentials.json")
  void shouldWorkAsWritten() throws Exception {
    // given: nobody has chosen a write key
    server.without("CARILLON_CDP_KEY");
    server.start();
    var examples = examples();
    assertThat(examples).hasSize(3);
    // when
    Children.node(Map.of(), "--input-type=module", "--eval", examples.get(0));
    Children.node(Map.of(), "--input-type=module", "--eval", examples.get(1));
    try (var site = new PageSite(Map.of("/", "<!doctype html>\n" + examples.get(2)))) {
      Children.chromium("http://" + site.host() + "/");
    }
    // then
    eventually(() -> {
      assertThat(read.attribute("42", "plan")).isEqualTo("pro");
      assertThat(read.attribute("42", "colour")).isEqualTo("blue");
      assertThat(read.event("42", "ordered").get("total").doubleValue()).isEqualTo(12.5);
      assertThat(read.activities("42")).anyMatch(each -> each.startsWith("page http://127.0.0.1"));
    });
  }

  /** The examples, with this server's address and keys in the places that are there for them. */
  private List<String> examples() throws Exception {
    var readme = Files.readString(Path.of("..", "README.md"));
    var keys = keys();
    return EXAMPLE
        .matcher(readme)
        .results()
        .map(MatchResult::group)
        .map(example -> example.replaceAll("```\\w*\\n?", ""))
        .map(example -> {
          var filled = example.replace("http://127.0.0.1:8080", server.url().toString());
          for (var key : keys.entrySet()) {
            filled = filled.replace(key.getKey(), key.getValue());
          }
          return filled;
        })
        .toList();
  }

  /** The keys of the file by the names that stand for them in the examples. */
  private Map<String, String> keys() throws Exception {
    var file = Files.readString(server.data().path().resolve("credentials.json"));
    return KEY.matcher(file)
        .results()
        .collect(
            Collectors.toMap(
                found -> found.group(1).toUpperCase(Locale.ROOT), found -> found.group(2)));
  }
}
