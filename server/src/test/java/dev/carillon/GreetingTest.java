package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.workspaces.NewCredentials;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GreetingTest {
  private static final NewCredentials KEYS =
      new NewCredentials(new WorkspaceId(1), "site", "track", "app", "write");

  @TempDir private Path home;

  @Test
  void shouldNameEveryKeyOfAFirstStart() {
    // when
    var greeting = greeting(Optional.of(KEYS));
    // then
    assertThat(greeting)
        .contains("Carillon answers at http://127.0.0.1:8080")
        .contains("Workspace 1: Track API site id site and key track")
        .contains("Pipelines API write key write", "App API key app")
        .contains("credentials.json");
  }

  @Test
  void shouldNameTheFileAloneLater() {
    assertThat(greeting(Optional.empty())).contains("credentials.json").doesNotContain("key");
  }

  private String greeting(Optional<NewCredentials> created) {
    var settings = Settings.read(new SettingSources(Map.of(), Map.of(), home, List.of()));
    return Greeting.of("http://127.0.0.1:8080", settings, created);
  }
}
