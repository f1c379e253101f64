package dev.carillon.api.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each operation of the contract's checklist (track §11) names the tests that prove it. */
class TrackChecklistTest {
  private static final Map<String, List<String>> PROOFS = proofs();

  private static Map<String, List<String>> proofs() {
    var proofs = new LinkedHashMap<String, List<String>>();
    proofs.put("Region", List.of("TrackApiTest#shouldTellTheRegion"));
    proofs.put("Credential probe", List.of("PeopleCallsTest#shouldAnswerTheProbe"));
    proofs.put(
        "Identify",
        List.of(
            "TrackApiTest#shouldTakeAttributesAndControlKeys",
            "TrackApiTest#shouldRefuseAWrongIdentify",
            "PeopleCallsTest#shouldRelateWithIdentify",
            "ClientReplayTest#shouldTakeWhatGoSends"));
    proofs.put("Delete person", List.of("TrackApiTest#shouldIgnoreTheBodyOfDelete"));
    proofs.put(
        "Add device",
        List.of(
            "DeviceCallsTest#shouldTakeADevice",
            "DeviceCallsTest#shouldTakeFlatAttributes",
            "DeviceCallsTest#shouldRefuseAWrongDevice",
            "ClientReplayTest#shouldTakeDevicesOfGo"));
    proofs.put("Delete device", List.of("DeviceCallsTest#shouldDeleteADevice"));
    proofs.put("Suppress", List.of("PeopleCallsTest#shouldSuppressAndUnsuppress"));
    proofs.put("Unsuppress", List.of("PeopleCallsTest#shouldSuppressAndUnsuppress"));
    proofs.put(
        "Event", List.of("TrackApiTest#shouldTakeAnEvent", "TrackApiTest#shouldRefuseAWrongEvent"));
    proofs.put("Page view", List.of("TrackApiTest#shouldFillInWhatAnEventLacks"));
    proofs.put("Anonymous event", List.of("TrackApiTest#shouldTakeAnonymousEvents"));
    proofs.put(
        "Unsubscribe",
        List.of(
            "ReportCallsTest#shouldUnsubscribeByJson",
            "ReportCallsTest#shouldUnsubscribeByOneClick",
            "ReportCallsTest#shouldTellMalformedFromUnknownIds"));
    proofs.put(
        "Form",
        List.of(
            "FormCallsTest#shouldSubmit",
            "FormCallsTest#shouldConnectTheFormOfARefusedSubmission",
            "FormCallsTest#shouldMapFields"));
    proofs.put(
        "Merge", List.of("PeopleCallsTest#shouldMerge", "PeopleCallsTest#shouldRefuseAWrongMerge"));
    proofs.put(
        "Metrics",
        List.of("ReportCallsTest#shouldTakeAMetric", "ReportCallsTest#shouldRefuseWhatIsNoJson"));
    proofs.put("Push metrics", List.of("ReportCallsTest#shouldTakePushReports"));
    proofs.put(
        "Push metrics alias",
        List.of(
            "ReportCallsTest#shouldTakePushReports", "ClientReplayTest#shouldTakeReportsOfRuby"));
    proofs.put("In-app metrics legacy", List.of("ReportCallsTest#shouldTakeInAppReports"));
    proofs.put(
        "Segment add",
        List.of(
            "SegmentCallsTest#shouldAddAndRemove",
            "SegmentCallsTest#shouldReadEntriesByTheirType",
            "SegmentCallsTest#shouldRefuse"));
    proofs.put(
        "Segment remove",
        List.of("SegmentCallsTest#shouldAddAndRemove", "SegmentCallsTest#shouldRefuse"));
    proofs.put(
        "v2 entity",
        List.of("EntityCallsTest#shouldTakeTheMatrix", "EntityCallsTest#shouldRefuseAWrongEntity"));
    proofs.put(
        "v2 batch",
        List.of(
            "EntityCallsTest#shouldTakeTheMatrix",
            "EntityCallsTest#shouldTellBadItemsByIndex",
            "EntityCallsTest#shouldRefuseAnUnusableBatch",
            "EntityCallsTest#shouldBoundItemsAndBatches"));
    return proofs;
  }

  /** A row of the Track host that is no call of the Track API. */
  private static final String OTHER_EDGE = "Transactional via Track host";

  @Test
  @DisplayName("track §11: every named test exists")
  void shouldNameTestsThatExist() throws ClassNotFoundException {
    assertThat(PROOFS.values()).isNotEmpty().noneMatch(List::isEmpty);
    for (var proof : PROOFS.values().stream().flatMap(List::stream).toList()) {
      var parts = proof.split("#");
      var type = Class.forName(getClass().getPackageName() + "." + parts[0]);
      assertThat(Arrays.stream(type.getDeclaredMethods()).map(each -> each.getName()))
          .as(proof)
          .contains(parts[1]);
    }
  }

  @Test
  @DisplayName("track §11: every row of the contract is proved, and nothing else is claimed")
  void shouldProveEveryRow() throws IOException {
    var contract = contract();
    assumeTrue(contract != null, "the contract lies beside the sources of its authors only");
    var rows = new ArrayList<>(rows(Files.readString(contract)));
    assertThat(rows).hasSizeGreaterThan(20);

    rows.remove(OTHER_EDGE);
    assertThat(PROOFS.keySet()).containsExactlyElementsOf(rows);
  }

  private static @Nullable Path contract() {
    for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      var contract = folder.resolve("shared/contract/track.md");
      if (Files.exists(contract)) {
        return contract;
      }
    }
    return null;
  }

  /** The first column of the table under the last heading. */
  private static List<String> rows(String contract) {
    var checklist = contract.substring(contract.indexOf("## 11. Checklist"));
    return checklist
        .lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> line.split("\\|")[1].strip())
        .filter(cell -> !cell.equals("Operation"))
        .toList();
  }
}
