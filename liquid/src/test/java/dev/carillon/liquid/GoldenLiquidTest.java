package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the conformance cases of standard Liquid. They live beside the repository, in {@code
 * ../shared/conformance/golden_liquid.json}, or in the folder that the system property {@code
 * carillon.shared} names; without them these tests are skipped.
 */
@DisplayName("L-1: standard Liquid behaves as the Golden Liquid cases say")
class GoldenLiquidTest {
  /** Every case that differs on purpose, with the reason. */
  private static final Map<String, String> DIFFERENCES =
      Map.of(
          "tags, case, unexpected when token",
          "A 'when' with a word that is not 'or' is refused with its place instead of being cut off"
              + " silently; the corpus itself asks for that in its strict2 twin of this case.");

  private static final RenderOptions OPTIONS =
      RenderOptions.standard()
          .withStrictness(Strictness.LAX)
          .withClock(InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")));

  private record Case(String name, JsonNode json) {
    /** The rendered text, or null when the template was refused. */
    @Nullable String outcome() {
      Environment environment = Environment.standard();
      if (json.has("templates")) {
        JsonNode partials = json.get("templates");
        environment =
            environment.withPartials(
                name -> partials.has(name) ? partials.get(name).stringValue() : null);
      }
      try {
        return environment.parse(json.get("template").stringValue()).render(data(), OPTIONS);
      } catch (LiquidSyntaxException | LiquidRenderException _) {
        return null;
      }
    }

    private Map<String, Object> data() {
      return json.has("data") ? JSON.convertValue(json.get("data"), MAP) : Map.of();
    }

    /** The outcomes the corpus accepts; a single null for a template that must be refused. */
    List<@Nullable String> expected() {
      var expected = new ArrayList<@Nullable String>();
      if (json.has("results")) {
        json.get("results").forEach(each -> expected.add(each.stringValue()));
      } else {
        expected.add(json.has("result") ? json.get("result").stringValue() : null);
      }
      return expected;
    }
  }

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  @TestFactory
  Stream<DynamicTest> shouldBehaveAsTheCorpusSays() {
    return cases().stream().map(each -> DynamicTest.dynamicTest(each.name(), () -> check(each)));
  }

  private static void check(Case golden) {
    String outcome = golden.outcome();
    if (DIFFERENCES.containsKey(golden.name())) {
      assertThat(golden.expected())
          .as("a case listed as different behaves as the corpus says; take it off the list")
          .doesNotContain(outcome);
    } else {
      assertThat(golden.expected()).as(golden.json().toString()).contains(outcome);
    }
  }

  @Test
  void shouldListOnlyCasesThatExist() {
    var names = cases().stream().map(Case::name).toList();
    assertThat(names).hasSizeGreaterThan(700).containsAll(DIFFERENCES.keySet());
  }

  private static List<Case> cases() {
    Path file = corpus();
    assumeTrue(
        file != null,
        "the corpus ../shared/conformance/golden_liquid.json is not beside the repository");
    var cases = new ArrayList<Case>();
    JSON.readTree(Objects.requireNonNull(file).toFile())
        .get("tests")
        .forEach(each -> cases.add(new Case(each.get("name").stringValue(), each)));
    return cases;
  }

  private static @Nullable Path corpus() {
    String given = System.getProperty("carillon.shared");
    if (given != null) {
      Path file = Path.of(given, "conformance", "golden_liquid.json");
      return Files.exists(file) ? file : null;
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve("shared/conformance/golden_liquid.json");
      if (Files.exists(file)) {
        return file;
      }
    }
    return null;
  }
}
