package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each rule about people is named by a test that proves it (journeys P-1 … P-46, track §3, §9). */
class PeopleRulesTest {
  private static final Pattern RULE = Pattern.compile("\\bP-(\\d+)\\b");

  /** Rows of the tables of resolution and identifier change, and what the lifecycle says. */
  private static final List<String> TRACK =
      List.of(
          "§3.2 row 1",
          "§3.2 row 2",
          "§3.2 row 3",
          "§3.2 row 4",
          "§3.3 row 1",
          "§3.3 row 2",
          "§3.3 row 3",
          "§3.3 row 4",
          "§9.2",
          "§9.3");

  private static TreeSet<Integer> rules() {
    return Stream.of(
            IntStream.rangeClosed(1, 28),
            IntStream.rangeClosed(30, 36),
            IntStream.rangeClosed(40, 46))
        .flatMap(IntStream::boxed)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  @DisplayName("every rule is named by a test")
  void shouldProveEveryRule() throws Exception {
    var named = new TreeSet<Integer>();
    for (var name : displayNames()) {
      named.addAll(rulesIn(name));
    }
    var missing = rules();
    missing.removeAll(named);
    assertThat(missing).as("rules P-… that no test names").isEmpty();
  }

  @Test
  @DisplayName("every row of the tables of track §3 and §9 is named by a test")
  void shouldProveEveryRow() throws Exception {
    var names = displayNames();
    for (var row : TRACK) {
      assertThat(names).as(row).anyMatch(name -> name.contains("track §") && name.contains(row));
    }
  }

  @Test
  @DisplayName("the contract has these rules and no others")
  void shouldKnowEveryRule() throws IOException {
    var contract = contract();
    assumeTrue(contract != null, "the contract lies beside the sources of its authors only");
    var rows =
        Files.readString(contract)
            .lines()
            .filter(line -> line.startsWith("| P-"))
            .flatMap(line -> rulesIn(line.split("\\|")[1]).stream())
            .filter(rule -> rule < 50) // further ones are about the activity log and retention
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(rules()).isEqualTo(rows);
  }

  private static Set<Integer> rulesIn(String text) {
    return RULE.matcher(text)
        .results()
        .map(found -> Integer.valueOf(found.group(1)))
        .collect(Collectors.toSet());
  }

  /** What the tests of this module say they prove. */
  private static List<String> displayNames() throws Exception {
    var folder =
        Path.of(PeopleRulesTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var files = Files.walk(folder)) {
      return files
          .map(file -> folder.relativize(file).toString())
          .filter(file -> file.endsWith("Test.class"))
          .map(file -> file.replace(".class", "").replace(file.contains("\\") ? '\\' : '/', '.'))
          .flatMap(PeopleRulesTest::displayNames)
          .toList();
    }
  }

  private static Stream<String> displayNames(String type) {
    try {
      var loaded = Class.forName(type, false, PeopleRulesTest.class.getClassLoader());
      return Arrays.stream(loaded.getDeclaredMethods())
          .map(method -> method.getAnnotation(DisplayName.class))
          .filter(name -> name != null)
          .map(DisplayName::value);
    } catch (ClassNotFoundException gone) {
      throw new IllegalStateException(type, gone);
    }
  }

  private static @Nullable Path contract() {
    for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      var contract = folder.resolve("shared/contract/journeys.md");
      if (Files.exists(contract)) {
        return contract;
      }
    }
    return null;
  }
}
