package dev.carillon.api.track;

import static dev.carillon.api.track.TrackKit.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentCallsTest {
  private static final String ADD = "/api/v1/segments/7/add_customers";
  private static final String REMOVE = "/api/v1/segments/7/remove_customers";

  @AutoClose private static final TrackKit kit = new TrackKit();

  private static List<Identifier> people(String target, String ids) {
    return kit.stored("POST", target, "{\"ids\":" + ids + "}").stream()
        .map(each -> ((Operation.Membership) each).person())
        .toList();
  }

  @Test
  @DisplayName("track §5.3: people are added and removed, all of a call together")
  void shouldAddAndRemove() {
    assertThat(kit.stored("POST", ADD, "{\"ids\":[\"a\",\"b\"]}"))
        .containsExactly(
            new Operation.Membership(WORKSPACE, Identifier.id("a"), 7, true),
            new Operation.Membership(WORKSPACE, Identifier.id("b"), 7, true));
    assertThat(kit.stored("POST", REMOVE + "?id_type=email", "{\"ids\":[\"a@x.test\"]}"))
        .containsExactly(
            new Operation.Membership(WORKSPACE, Identifier.email("a@x.test"), 7, false));
  }

  @Test
  @DisplayName("track §5.3: id_type decides; entries of another type are ignored, numbers are text")
  void shouldReadEntriesByTheirType() {
    assertThat(people(ADD, "[\"a\",12,\"a\",\"\",null,true,{},[\"x\"],1.5,\"a@x.test\"]"))
        .containsExactly(Identifier.id("a"), Identifier.id("12"), Identifier.id("a@x.test"));
    assertThat(people(ADD + "?id_type=email", "[\"a@x.test\",\"A@x.test\",\"ada\",7]"))
        .containsExactly(Identifier.email("a@x.test"));
    assertThat(people(REMOVE + "?id_type=cio_id", "[\"cio_a3000001\",\"a3000002\",\"\"]"))
        .containsExactly(Identifier.cioId("a3000001"), Identifier.cioId("a3000002"));
    assertThat(people(ADD + "?id_type=email", "[\"ada\"]")).isEmpty();
    assertThat(people(ADD, "[\"" + "x".repeat(151) + "\"]")).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("track §5.3: not a manual segment, another id_type, no list of ids: 400")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "8 | {\"ids\":[\"a\"]} | segment_id names no manual segment",
        "0 | {\"ids\":[\"a\"]} | segment_id names no manual segment",
        "x | {\"ids\":[\"a\"]} | segment_id must be a whole number",
        "-7 | {\"ids\":[\"a\"]} | segment_id must be a whole number",
        "99999999999 | {\"ids\":[\"a\"]} | segment_id must be a whole number",
        "7 | {} | ids is required",
        "7 | null | ids is required",
        "7 | `` | ids is required",
        "7 | {\"ids\":[]} | ids is required",
        "7 | {\"ids\":{}} | ids must be an array",
        "7 | {\"ids\":\"a\"} | ids must be an array",
        "7 | [\"a\"] | request body must be a JSON object"
      })
  void shouldRefuse(String segment, String body, String message) {
    kit.refused("POST", "/api/v1/segments/" + segment + "/add_customers", body, message);
    kit.refused("POST", "/api/v1/segments/" + segment + "/remove_customers", body, message);
  }

  @Test
  @DisplayName("track §5.3, §8: at most 1000 ids a call; id_type is id, email or cio_id")
  void shouldBoundTheCall() {
    assertThat(people(ADD, ids(1000))).hasSize(1000);
    kit.refused(
        "POST", ADD, "{\"ids\":" + ids(1001) + "}", "ids cannot have more than 1000 entries");
    kit.refused(
        "POST", ADD + "?id_type=phone", "{\"ids\":[\"a\"]}", "id_type must be id, email or cio_id");
  }

  private static String ids(int count) {
    return IntStream.range(0, count)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(",", "[", "]"));
  }
}
