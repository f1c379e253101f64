package dev.carillon.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  private static final Path FETCH =
      Path.of("..", "server", "src", "build", "fetch-browser-client").toAbsolutePath().normalize();

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

  @Test
  void shouldSayThatABuildHasNoBrowserClient() throws Exception {
    // given: a build that prints what the step without npm prints
    var build = new ProcessBuilder("bash", FETCH.toString(), "client@1", "sum", folder + "/client");
    Path bin = bareMachine();
    build.environment().put("PATH", bin.toString());
    var step = build.directory(folder.toFile()).redirectErrorStream(true).start();
    var told = new String(step.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(step.waitFor()).as(told).isZero();
    assertThat(told).contains("there is no npm on the PATH").hasLineCount(1);
    executable(bin.resolve("mvn"), "#!/bin/sh\necho '" + told.strip() + "'\nexit 1\n");
    var machine = Map.of("PATH", bin.toString(), "JAVA_HOME", System.getProperty("java.home"));
    // when
    var built = run(copyOfLauncher(), machine, "version");
    // then
    assertThat(built.errors().lines().findFirst())
        .contains("Building Carillon; the first time downloads its libraries.");
    assertThat(built.errors().lines().skip(1).findFirst().orElse(""))
        .isEqualTo("  " + told.strip());
  }

  @Test
  void shouldNameWhyNpmFetchesNothing() throws Exception {
    // given: an npm without a network
    Path bin = bareMachine();
    executable(bin.resolve("npm"), "#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n");
    var build =
        new ProcessBuilder("bash", FETCH.toString(), "client@1", "sum", folder + "/into/client");
    build.environment().put("PATH", bin + ":/usr/bin:/bin");
    // when
    var step = build.directory(folder.toFile()).redirectErrorStream(true).start();
    var told = new String(step.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // then: the build goes on, and nothing half is left
    assertThat(step.waitFor()).as(told).isZero();
    assertThat(told).contains("npm could not fetch client@1 (ENOTFOUND)", "touch pom.xml");
    assertThat(folder.resolve("into")).isEmptyDirectory();
  }

  @Test
  void shouldInstallNpmBeforeItsPackages() throws Exception {
    // given: a machine with apt alone, and needs in an order that cannot be kept
    Path home = copyOfLauncher().resolveSibling("");
    Files.createDirectories(home.resolve(".ci"));
    Files.createDirectories(home.resolve("sdk"));
    Files.writeString(home.resolve("sdk/package-lock.json"), "{}");
    Files.writeString(home.resolve(".ci/packages"), "npm sdk\napt npm npm\n");
    Path bin = bareMachine();
    Path order = folder.resolve("order");
    executable(
        folder.resolve("npm"),
        "#!/bin/sh\necho \"npm $1\" >>'%s'\n/bin/mkdir node_modules && : >node_modules/.package-lock.json\n"
            .formatted(order));
    executable(
        bin.resolve("apt-get"),
        "#!/bin/sh\necho \"apt-get $1\" >>'%s'\n[ $1 = update ] || /bin/cp '%s' '%s'\n"
            .formatted(order, folder.resolve("npm"), bin));
    executable(bin.resolve("id"), "#!/bin/sh\necho 0\n");
    executable(bin.resolve("sh"), "#!/bin/bash\nexec /bin/sh \"$@\"\n");
    var machine = Map.of("PATH", bin.toString(), "JAVA_HOME", System.getProperty("java.home"));
    // when: the second time nothing is missing
    var first = run(copyOfLauncher(), machine, "test");
    run(copyOfLauncher(), machine, "test");
    // then
    assertThat(order).as(first.errors()).hasContent("apt-get update\napt-get install\nnpm ci");
    assertThat(first.errors())
        .contains("Installing the Debian packages npm.", "Installing the Node packages of sdk.");
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
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("the launcher ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(errors));
  }
}
