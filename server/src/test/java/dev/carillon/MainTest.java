package dev.carillon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {

  @TempDir private Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  @Test
  void shouldPrintEverySettingAsAFlagInTheHelpOfStart() {
    // when
    int code = run(Map.of(), "start", "--help");
    // then
    assertThat(code).isZero();
    assertThat(Settings.ALL).allMatch(each -> out.toString(UTF_8).contains(each.flag() + "=VALUE"));
  }

  @Test
  void shouldReportMistakesOfTheCommandLineWithThoseOfTheEnvironment() {
    // when
    int code =
        run(Map.of("CARILLON_PROT", "1"), "start", "--prot", "80", "--hots=x", "surplus", "--data");
    // then
    assertThat(code).isEqualTo(2);
    assertThat(errors.toString(UTF_8).lines())
        .containsExactlyInAnyOrder(
            "--data needs a value.",
            "The argument surplus has no meaning here.",
            "--prot is not a setting; did you mean --port?",
            "--hots is not a setting; did you mean --host?",
            "CARILLON_PROT is not a setting; did you mean CARILLON_PORT?");
  }

  @Test
  void shouldSuggestTheNearestCommand() {
    assertThat(run(Map.of(), "strat")).isEqualTo(2);
    assertThat(errors.toString(UTF_8)).startsWith("strat is not a command; did you mean start?");
  }

  @Test
  void shouldPrintTheEffectiveSettings() {
    assertThat(run(Map.of("CARILLON_REGION", "eu"), "settings", "--port=0")).isZero();
    assertThat(out.toString(UTF_8))
        .containsPattern("CARILLON_PORT +0 ")
        .containsPattern("CARILLON_REGION +eu ");
  }

  @Test
  void shouldSayThatNoServerRunsWhenDemoFindsNone() {
    // given: a server that was killed, which leaves its file behind
    long noProcess = Integer.MAX_VALUE;
    new ServerFile(URI.create("http://127.0.0.1:1"), 1, noProcess).write(home);
    // when, then
    assertThat(run(Map.of(), "demo", "--data", home.toString())).isEqualTo(1);
    assertThat(errors.toString(UTF_8)).contains("No server runs on " + home);
  }

  @Test
  void shouldTellOtherProgramsWhereTheServerIs() {
    // given
    var here =
        new ServerFile(URI.create("http://127.0.0.1:8080"), 8080, ProcessHandle.current().pid());
    // when
    here.write(home);
    // then
    assertThat(ServerFile.ofRunningServer(home)).contains(here);
    assertThat(home.resolve("server.json"))
        .hasContent("{\"url\":\"http://127.0.0.1:8080\",\"port\":8080,\"pid\":" + here.pid() + "}");
    ServerFile.deleteOwn(home);
    assertThat(ServerFile.ofRunningServer(home)).isEmpty();
    // and: that of another server stays, as when a second start on the folder was refused
    var other = new ServerFile(here.url(), 8080, 1);
    other.write(home);
    ServerFile.deleteOwn(home);
    assertThat(ServerFile.ofRunningServer(home)).contains(other);
  }

  @Test
  void shouldMakeTheSecretKeyOnceForTheOwnerAlone() throws Exception {
    // when
    var first = SecretKeyFile.readOrCreate(home.resolve("data"), new SecureRandom());
    var second = SecretKeyFile.readOrCreate(home.resolve("data"), new SecureRandom());
    // then
    Path file = home.resolve("data/secret.key");
    assertThat(second).isEqualTo(first);
    assertThat(first.getEncoded()).hasSize(32);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(file.getParent())
        .isDirectoryContaining("glob:**secret.key")
        .isDirectoryNotContaining("glob:**.new");
  }

  private int run(Map<String, String> environment, String... arguments) {
    var main =
        new Main(
            environment,
            home,
            new PrintStream(out, true, UTF_8),
            new PrintStream(errors, true, UTF_8));
    return main.run(List.of(arguments));
  }
}
