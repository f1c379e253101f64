package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carillon.http.RateLimits;
import dev.carillon.store.TestDatabase;
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
import org.junit.jupiter.params.ParameterizedTest;

/** Each operation of the contract's checklist (app-data §11) names the tests that prove it. */
class AppDataChecklistTest {
  private static final String HERE = "dev.carillon.api.app.";
  private static final String PROCESSING = "dev.carillon.processing.";
  private static final Map<String, List<String>> PROOFS = proofs();

  /** Rows that are not there yet, with the reason. */
  private static final Map<String, String> EXCEPTIONS = exceptions();

  private static Map<String, String> exceptions() {
    var exceptions = new LinkedHashMap<String, String>();
    exceptions.put("Center token", "comes with the pages for preferences it opens");
    return exceptions;
  }

  private static Map<String, List<String>> proofs() {
    var proofs = new LinkedHashMap<String, List<String>>();
    proofs.put(
        "People by email",
        List.of(
            "AppApiTest#shouldFindPeopleByEmail",
            "SearchApiTest#shouldSearchByEmailWithoutIdentifiers"));
    proofs.put(
        "Search people",
        List.of(
            "SearchApiTest#shouldAnswerThePrintedCall",
            "SearchApiTest#shouldFind",
            "SearchApiTest#shouldWalk",
            "SearchApiTest#shouldRefuseForeignCursors",
            "SearchApiTest#shouldBoundFilters",
            "SearchApiTest#shouldRefuse"));
    proofs.put(
        "Bulk attributes",
        List.of(
            "PeopleApiTest#shouldShowMany",
            "PeopleApiTest#shouldFindByIdentifiers",
            "PeopleApiTest#shouldRefuse",
            "PeopleApiTest#shouldBoundTheNumber"));
    proofs.put(
        "Person attributes",
        List.of(
            "AppApiTest#shouldShowAPerson",
            "AppApiTest#shouldFindAPersonByAnyIdentifier",
            "AppApiTest#shouldRefuseOtherNames",
            "SubscriptionsApiTest#shouldComputePreferences"));
    proofs.put("Person (alias)", List.of("AppApiTest#shouldShowAPerson"));
    proofs.put(
        "Delete person",
        List.of("PeopleApiTest#shouldDelete", PROCESSING + "AppChangesTest#shouldDelete"));
    proofs.put("Person segments", List.of("AppApiTest#shouldShowSegments"));
    proofs.put(
        "Person messages",
        List.of("AppApiTest#shouldShowThePersonsMessages", "AppApiTest#shouldWalkOverMessages"));
    proofs.put(
        "Person activities",
        List.of(
            "AppApiTest#shouldShowActivities",
            "AppApiTest#shouldFilterActivities",
            "AppApiTest#shouldWalkOverActivities"));
    proofs.put("Person relationships", List.of("ObjectsApiTest#shouldShowThePersonsRelationships"));
    proofs.put(
        "Person preferences",
        List.of(
            "SubscriptionsApiTest#shouldShowPreferences",
            "SubscriptionsApiTest#shouldSpeakTheLanguage",
            "SubscriptionsApiTest#shouldTellWhatIsWrongAsAList"));
    proofs.put("Person opt-outs", List.of("OptOutsApiTest#shouldShowThoseOfAPerson"));
    proofs.put(
        "Set opt-outs",
        List.of(
            "OptOutsApiTest#shouldHandInChanges",
            "OptOutsApiTest#shouldRefuse",
            PROCESSING + "AppChangesTest#shouldOptOutAndIn",
            PROCESSING + "AppChangesTest#shouldKeepOptOutsInAMerge"));
    proofs.put("Workspace opt-outs", List.of("OptOutsApiTest#shouldShowThoseOfTheWorkspace"));
    proofs.put("Activities", List.of("ActivitiesTest#shouldListTheWorkspace"));
    proofs.put("Object types", List.of("ObjectsApiTest#shouldListTypes"));
    proofs.put(
        "Find objects",
        List.of("ObjectsApiTest#shouldSearch", "ObjectsApiTest#shouldWalkOverPages"));
    proofs.put("Object relationships", List.of("ObjectsApiTest#shouldShowTheObjectsRelationships"));
    proofs.put("Object attributes", List.of("ObjectsApiTest#shouldShowAnObject"));
    proofs.put("List segments", List.of("AppApiTest#shouldShowSegments"));
    proofs.put(
        "Create segment",
        List.of(
            "AppApiTest#shouldMakeAndDeleteAManualSegment",
            "AppApiTest#shouldRefuseToMakeOtherSegments",
            "SegmentsApiTest#shouldTellAllThatIsWrong"));
    proofs.put("Get segment", List.of("AppApiTest#shouldShowSegments"));
    proofs.put(
        "Delete segment",
        List.of(
            "AppApiTest#shouldMakeAndDeleteAManualSegment",
            "AppApiTest#shouldRefuseToDeleteOtherSegments",
            "SegmentsApiTest#shouldNotDeleteWhatACampaignUses"));
    proofs.put("Segment used by", List.of("SegmentsApiTest#shouldTellWhatUsesIt"));
    proofs.put(
        "Segment count",
        List.of(
            "AppApiTest#shouldShowSegments",
            "SegmentsApiTest#shouldCount",
            "dev.carillon.segments.SegmentCountsTest#shouldCountExactlyWhileMembersChange"));
    proofs.put(
        "Segment members",
        List.of("AppApiTest#shouldWalkOverMembers", "SegmentsApiTest#shouldPageMembers"));
    proofs.put("Topics", List.of("SubscriptionsApiTest#shouldListTopicsAndChannels"));
    proofs.put("Channels", List.of("SubscriptionsApiTest#shouldListTopicsAndChannels"));
    proofs.put("ESP search", List.of("EspApiTest#shouldSuppressAndFree"));
    proofs.put("ESP by type", List.of("EspApiTest#shouldListByType"));
    proofs.put("ESP by domain", List.of("EspApiTest#shouldListByDomain"));
    proofs.put(
        "ESP suppress",
        List.of(
            "EspApiTest#shouldSuppressAndFree",
            "dev.carillon.delivery.DeliveryWorkerTest#shouldDropWhatGoesToSuppressedAddresses"));
    proofs.put("ESP unsuppress", List.of("EspApiTest#shouldSuppressAndFree"));
    var webhooks = "dev.carillon.webhooks.ReportingWorkerTest#";
    proofs.put(
        "Create webhook",
        List.of(
            "WebhooksApiTest#shouldMakeShowReplaceAndDelete",
            "WebhooksApiTest#shouldKnowEveryName",
            "WebhooksApiTest#shouldRefuse",
            "WebhooksApiTest#shouldBoundTheNumber",
            webhooks + "shouldPostAndSign"));
    proofs.put("List webhooks", List.of("WebhooksApiTest#shouldMakeShowReplaceAndDelete"));
    proofs.put(
        "Get webhook",
        List.of(
            "WebhooksApiTest#shouldMakeShowReplaceAndDelete",
            "WebhooksApiTest#shouldKeepWorkspacesApart"));
    proofs.put(
        "Update webhook",
        List.of(
            "WebhooksApiTest#shouldMakeShowReplaceAndDelete",
            "WebhooksApiTest#shouldRefuse",
            webhooks + "shouldDiscardWhileDisabled",
            webhooks + "shouldFollowTheWebhook"));
    proofs.put(
        "Delete webhook",
        List.of(
            "WebhooksApiTest#shouldMakeShowReplaceAndDelete", webhooks + "shouldFollowTheWebhook"));
    proofs.put("Egress addresses", List.of("InfoApiTest#shouldTellEgressAddresses"));
    proofs.put(
        "Workspaces",
        List.of(
            "InfoApiTest#shouldCountTheWorkspace",
            "dev.carillon.reporting.WorkspaceUsageTest#shouldCountManyInTheBackground"));
    proofs.put(
        "Attribute metadata",
        List.of(
            "DataIndexTest#shouldDescribe",
            "DataIndexTest#shouldRefuseWrongEntries",
            "DataIndexTest#shouldLimitTheList"));
    proofs.put(
        "Event metadata",
        List.of("DataIndexTest#shouldDescribe", "DataIndexTest#shouldRefuseWhatIsNoList"));
    return proofs;
  }

  @Test
  @DisplayName("app-data §11: every named test exists")
  void shouldNameTestsThatExist() throws ClassNotFoundException {
    assertThat(PROOFS.values()).isNotEmpty().noneMatch(List::isEmpty);
    for (var proof : PROOFS.values().stream().flatMap(List::stream).distinct().toList()) {
      var parts = proof.split("#");
      var type =
          Class.forName(
              parts[0].contains(".") ? parts[0] : HERE + parts[0],
              false,
              getClass().getClassLoader());
      assertThat(
              Arrays.stream(type.getDeclaredMethods())
                  .filter(method ->
                      method.isAnnotationPresent(Test.class)
                          || method.isAnnotationPresent(ParameterizedTest.class))
                  .map(method -> method.getName()))
          .as(proof)
          .contains(parts[1]);
    }
  }

  @Test
  @DisplayName(
      "app-data §11: every row of the contract is proved or excepted, nothing else claimed")
  void shouldProveEveryRow() throws IOException {
    var contract = contract();
    assumeTrue(contract != null, "the contract lies beside the sources of its authors only");
    var rows = new ArrayList<>(rows(Files.readString(contract)));
    assertThat(rows).hasSizeGreaterThan(40);

    assertThat(rows).containsAll(EXCEPTIONS.keySet());
    rows.removeAll(EXCEPTIONS.keySet());
    assertThat(PROOFS.keySet()).containsExactlyElementsOf(rows);
  }

  @Test
  @DisplayName("app-data §11: what is proved has a route, and what is excepted has none")
  void shouldHaveTheRoutes() throws IOException {
    var contract = contract();
    assumeTrue(contract != null, "the contract lies beside the sources of its authors only");
    assertThat(EXCEPTIONS.values()).noneMatch(String::isBlank);
    try (var test = TestDatabase.create();
        var server = new AppServer(test.database(), RateLimits.off())) {
      var routes = server.api.routes().calls();
      calls(Files.readString(contract))
          .forEach((row, call) -> {
            if (EXCEPTIONS.containsKey(row)) {
              assertThat(routes).as(row).doesNotContain(call);
            } else {
              assertThat(routes).as(row).contains(call);
            }
          });
    }
  }

  private static @Nullable Path contract() {
    for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      var contract = folder.resolve("shared/contract/app-data.md");
      if (Files.exists(contract)) {
        return contract;
      }
    }
    return null;
  }

  /** The first column of the table under the last heading. */
  private static List<String> rows(String contract) {
    return List.copyOf(calls(contract).keySet());
  }

  /** The first column of that table → the second, without the query of an address. */
  private static Map<String, String> calls(String contract) {
    var checklist = contract.substring(contract.indexOf("## 11. Checklist"));
    var calls = new LinkedHashMap<String, String>();
    checklist
        .lines()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| operation"))
        .map(line -> line.split("\\|"))
        .forEach(cells -> calls.put(cells[1].strip(), cells[2].strip().replaceFirst("\\?.*", "")));
    return calls;
  }
}
