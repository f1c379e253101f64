package dev.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchTest {
  @TempDir Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  @SuppressWarnings("NullAway.Init")
  BenchTest() {}

  private int run(String... arguments) {
    return new Bench(home, InstantSource.system(), print(out), print(errors)).run(arguments);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldExplainEveryRow() {
    assertThat(run("--help")).isZero();
    assertThat(text(out))
        .contains("--only", "--markdown", "--growth-people")
        .contains("  accept", "  processing", "  growth")
        .contains("  segments (only when named with --only)", "--base");
  }

  @Test
  void shouldMeasureWhatTakesLongOnlyWhenItIsNamed() {
    var all = List.<Measurement>of(new EventsRow(), new SegmentsRow());

    assertThat(options(all).rows()).containsExactly("events");
    assertThat(options(all, "--only", "segments").rows()).containsExactly("segments");
  }

  @Test
  void shouldTakeTheNumberOfPeopleForTheLargeBaseTooOnceItIsGiven() {
    var all = List.<Measurement>of(new SegmentsRow());

    assertThat(options(all).sizes().people()).isEqualTo(2_000);
    assertThat(options(all).sizes().segmentsPeople()).isEqualTo(1_000_000);
    assertThat(options(all, "--people=20000").sizes().segmentsPeople()).isEqualTo(20_000);
    assertThat(options(all, "--base", "there").base()).contains(Path.of("there"));
  }

  private static Options options(List<Measurement> all, String... arguments) {
    return ((Options.Parsed.Run) Options.parse(arguments, all)).options();
  }

  @Test
  void shouldRefuseUnknownRowsAndSizesOutOfRange() {
    assertThat(run("--only", "accept,speed")).isEqualTo(2);
    assertThat(text(errors)).contains("There is no row speed. Rows: accept, events,");
    assertThat(run("--events", "5")).isEqualTo(2);
    assertThat(text(errors)).contains("--events takes a number from 100 to 200,000.");
    assertThat(run("--evnts", "500")).isEqualTo(2);
  }

  @Test
  void shouldReportAServerThatDoesNotStartAndLeaveNothingBehind() throws Exception {
    // given a launcher that fails
    var launcher = home.resolve("carillon");
    Files.writeString(launcher, "#!/bin/sh\necho no Java here\nexit 3\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));

    // when
    int code = run("--only", "events");

    // then
    assertThat(code).isEqualTo(1);
    assertThat(text(out))
        .contains("FAILED")
        .contains("The server ended with code 3")
        .contains("no Java here");
    assertThat(home.resolve("target/bench")).isEmptyDirectory();
  }

  @Test
  void shouldGiveTheCeilingTheFlagsOfTheServer() throws Exception {
    // given
    Files.writeString(home.resolve("carillon"), "set -e\nJVM_FLAGS=\"-Xms64m -Xmx192m\"\n");

    // when
    var command = new Launcher(home).runLikeServer(Ceiling.class, List.of("folder"));

    // then
    assertThat(command)
        .containsSubsequence("-Xms64m", "-Xmx192m", "-cp", Ceiling.class.getName(), "folder");
  }

  @Test
  void shouldSeeItsOwnMemoryWhereTheSystemTells() {
    if (ResidentMemory.isKnown()) {
      var memory = ResidentMemory.of(List.of(ProcessHandle.current()));
      assertThat(memory.processes()).isPositive();
      assertThat(memory.proportional()).isBetween(10.0, memory.resident() + 1);
    }
  }
}
