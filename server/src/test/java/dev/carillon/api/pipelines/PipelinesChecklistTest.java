package dev.carillon.api.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Every row of the checklist at the end of the contract names the tests that prove it. */
class PipelinesChecklistTest {
  private static final String STRICT_ERRORS = "StrictModeTest#shouldTellWhatIsWrongOnlyWhenAsked";

  /** Row of pipelines §11 → the tests, in this package. */
  private static final Map<String, List<String>> PROOFS =
      Map.ofEntries(
          Map.entry(
              "identify",
              List.of(
                  "MappingTest#shouldIdentify",
                  "AppliedCallsTest#shouldIdentify",
                  "ClientReplaysTest#shouldServeTheLettersOfTheBrowser",
                  STRICT_ERRORS)),
          Map.entry(
              "track",
              List.of(
                  "MappingTest#shouldTrack",
                  "AppliedCallsTest#shouldStoreEvents",
                  "AppliedCallsTest#shouldKeepDevices",
                  "AppliedCallsTest#shouldDelete",
                  "AppliedCallsTest#shouldSuppress",
                  "AppliedCallsTest#shouldEndARelationship",
                  "AppliedCallsTest#shouldDeleteAnObject",
                  "AppliedCallsTest#shouldReportDeliveries",
                  "AppliedCallsTest#shouldReportContents",
                  "SemanticEventsTest#shouldReportADelivery",
                  "ClientReplaysTest#shouldTakePushReceipts",
                  STRICT_ERRORS)),
          Map.entry(
              "page",
              List.of(
                  "MappingTest#shouldNamePages",
                  "AppliedCallsTest#shouldStoreEvents",
                  "ClientReplaysTest#shouldServeTheBrowser",
                  STRICT_ERRORS)),
          Map.entry(
              "screen",
              List.of(
                  "MappingTest#shouldNameScreens",
                  "AppliedCallsTest#shouldStoreEvents",
                  "ClientReplaysTest#shouldServeTheLettersOfTheBrowser",
                  STRICT_ERRORS)),
          Map.entry(
              "group",
              List.of(
                  "MappingTest#shouldGroup",
                  "AppliedCallsTest#shouldGroup",
                  "ClientReplaysTest#shouldServeCustomerioNode",
                  STRICT_ERRORS)),
          Map.entry(
              "alias",
              List.of(
                  "MappingTest#shouldAlias",
                  "AppliedCallsTest#shouldAlias",
                  "ClientReplaysTest#shouldServeCustomerioNode",
                  STRICT_ERRORS)),
          Map.entry(
              "batch",
              List.of(
                  "MappingTest#shouldHandOverABatchTogether",
                  "StrictModeTest#shouldIsolateBadItemsUnlessStrict",
                  "RepeatedCallsTest#shouldStoreEachEventOnceWhenBothNodesTakeIt",
                  "ClientReplaysTest#shouldServeCdpNode",
                  "ClientReplaysTest#shouldServePython",
                  "ClientReplaysTest#shouldServeGo")),
          Map.entry(
              "batch short",
              List.of(
                  "ClientReplaysTest#shouldServeTheBatchesOfTheBrowser",
                  "RepeatedCallsTest#shouldStoreAnEventOnce",
                  "ClientReplaysTest#shouldServeIos",
                  "ClientReplaysTest#shouldServeAndroid")),
          Map.entry("telemetry", List.of("BrowserFilesTest#shouldDiscardTelemetry")),
          Map.entry(
              "settings",
              List.of(
                  "BrowserFilesTest#shouldServeSettings",
                  "BrowserFilesTest#shouldAnswer404ToUnknownKeys")),
          Map.entry("snippet", List.of("BrowserFilesTest#shouldServeTheScriptOfAPage")),
          Map.entry("chunks", List.of("BrowserFilesTest#shouldServeChunks")),
          Map.entry("geofences", List.of("BrowserFilesTest#shouldKnowNoGeofences")),
          Map.entry("preflight", List.of("BrowserFilesTest#shouldAnswerPreflight")),
          Map.entry("strict probe", List.of("ClientReplaysTest#shouldAnswerTheStrictProbe")),
          Map.entry("seed form", List.of("ClientReplaysTest#shouldTakeTheTrackCredential")));

  @Test
  @DisplayName("pipelines §11: every row has a proof, and no proof is left without a row")
  void shouldProveEveryRow() throws IOException {
    var contract = contract();
    assumeTrue(contract != null, "the contract does not lie beside this checkout");

    var rows = new ArrayList<String>();
    boolean inChecklist = false;
    for (var line : Files.readAllLines(contract)) {
      if (line.startsWith("## ")) {
        inChecklist = line.startsWith("## 11.");
      } else if (inChecklist && line.startsWith("| ") && !line.startsWith("| Operation ")) {
        rows.add(line.split("\\|")[1].strip());
      }
    }

    assertThat(rows).isNotEmpty().containsExactlyInAnyOrderElementsOf(PROOFS.keySet());
  }

  /** The contract lies beside the repository, or beside the folder of its worktrees. */
  private static @Nullable Path contract() {
    for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      var candidate = folder.resolve("shared/contract/pipelines.md");
      if (Files.exists(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  @Test
  void shouldNameTestsThatExist() {
    var missing = new TreeMap<String, String>();
    PROOFS.forEach((row, tests) -> {
      assertThat(tests).as(row).isNotEmpty();
      tests.stream().filter(test -> !exists(test)).forEach(test -> missing.put(test, row));
    });

    assertThat(missing).as("tests that are named and do not exist").isEmpty();
  }

  private static boolean exists(String test) {
    var parts = test.split("#");
    try {
      var type = Class.forName(PipelinesChecklistTest.class.getPackageName() + "." + parts[0]);
      return Arrays.stream(type.getDeclaredMethods())
          .filter(method -> method.getName().equals(parts[1]))
          .anyMatch(PipelinesChecklistTest::isTest);
    } catch (ClassNotFoundException unknown) {
      return false;
    }
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }
}
