package dev.carillon.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher as an operator meets it: a copy of the script in a folder with a blank in its name,
 * on machines of all kinds.
 */
class LauncherTest {

  private static final Path LAUNCHER = Path.of("..", "carillon").toAbsolutePath().normalize();

  /**
   * Programs of the operating system that the launcher uses before it looks for a JDK and Maven.
   */
  private static final List<String> SYSTEM_PROGRAMS =
      List.of(
          "bash",
          "env",
          "dirname",
          "cat",
          "find",
          "head",
          "sed",
          "readlink",
          "touch",
          "flock",
          "mkdir",
          "tail",
          "tee",
          "tr",
          "grep",
          "mv",
          "rm");

  @TempDir private Path folder;

  private record Outcome(int code, String out, String errors) {}

  @Test
  void shouldExplainItselfWithoutABuild() throws Exception {
    // when
    var help = run(copyOfLauncher(), Map.of(), "help");
    // then
    assertThat(help.code()).isZero();
    assertThat(help.out())
        .contains("start", "demo", "settings", "test", "bench", "version", "help");
    assertThat(run(copyOfLauncher(), Map.of(), "test", "--help").code()).isZero();
  }

  @Test
  void shouldRefuseUnknownCommands() throws Exception {
    // when
    var refused = run(copyOfLauncher(), Map.of(), "strat");
    // then
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.errors()).startsWith("strat is not a command.");
  }

  @Test
  void shouldSayInOneSentenceThatMavenIsMissing() throws Exception {
    // given: a machine with a JDK and without Maven
    var machine =
        Map.of("PATH", bareMachine().toString(), "JAVA_HOME", System.getProperty("java.home"));
    // when
    var failed = run(copyOfLauncher(), machine, "version");
    // then
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.errors())
        .isEqualToIgnoringNewLines(
            "Carillon needs Maven 3.8 or newer to build itself, and there is no mvn on the PATH.");
  }

  @Test
  void shouldShowTheEndOfTheLogWhenTheBuildFails() throws Exception {
    // given: a Maven that always fails
    Path bin = bareMachine();
    executable(bin.resolve("mvn"), "#!/bin/sh\necho '[ERROR] the reason'\nexit 1\n");
    var machine = Map.of("PATH", bin.toString(), "JAVA_HOME", System.getProperty("java.home"));
    // when
    var failed = run(copyOfLauncher(), machine, "version");
    // then
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.errors()).contains("The build failed.", "[ERROR] the reason", "build.log");
  }

  private Path copyOfLauncher() throws IOException {
    Path home = Files.createDirectories(folder.resolve("my carillon"));
    Path copy = home.resolve("carillon");
    if (!Files.exists(copy)) {
      Files.copy(LAUNCHER, copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
    return copy;
  }

  /**
   * A folder with the system's programs and nothing else, to be the PATH of a machine that lacks
   * the rest.
   */
  private Path bareMachine() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    for (String program : SYSTEM_PROGRAMS) {
      var found =
          Stream.of("/usr/bin", "/bin")
              .map(each -> Path.of(each, program))
              .filter(Files::exists)
              .findFirst();
      if (found.isPresent()) {
        executable(bin.resolve(program), "#!/bin/sh\nexec " + found.get() + " \"$@\"\n");
      }
    }
    return bin;
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, script);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Outcome run(Path launcher, Map<String, String> machine, String... arguments)
      throws Exception {
    Path out = folder.resolve("out");
    Path errors = folder.resolve("errors");
    var command = Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments)).toList();
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    var environment = new HashMap<>(builder.environment());
    environment.keySet().removeIf(each -> each.startsWith("CARILLON_"));
    environment.putAll(machine);
    builder.environment().clear();
    builder.environment().putAll(environment);
    var process = builder.redirectOutput(out.toFile()).redirectError(errors.toFile()).start();
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("the launcher ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(errors));
  }
}
