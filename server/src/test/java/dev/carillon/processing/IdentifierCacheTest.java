package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdentifierCacheTest {
  private static final WorkspaceId ONE = new WorkspaceId(1);
  private static final IdentifierKey KIM = IdentifierKey.of(ONE, Identifier.id("kim"));

  @Test
  void tellsWorkspacesAndKindsApart() {
    var cache = new IdentifierCache();
    cache.under(1);
    cache.add(1, Map.of(KIM, 5L));
    var others =
        List.of(
            IdentifierKey.of(new WorkspaceId(2), Identifier.id("kim")),
            IdentifierKey.of(ONE, Identifier.email("kim")),
            IdentifierKey.of(ONE, Identifier.id("kin")));
    assertThat(cache.find(List.of(KIM))).containsExactly(Map.entry(KIM, 5L));
    assertThat(cache.find(others)).isEmpty();
  }

  @Test
  void forgetsWhenAnIdentifierStoppedNamingItsPerson() {
    var cache = new IdentifierCache();
    cache.under(1);
    cache.add(1, Map.of(KIM, 5L));
    cache.under(2);
    assertThat(cache.find(List.of(KIM))).isEmpty();
  }

  @Test
  void takesNothingThatWasFoundUnderAnotherEpoch() {
    var cache = new IdentifierCache();
    cache.under(2);
    cache.add(1, Map.of(KIM, 5L));
    assertThat(cache.find(List.of(KIM))).isEmpty();
    cache.under(1); // a batch that began earlier and looks late
    cache.add(2, Map.of(KIM, 6L));
    assertThat(cache.find(List.of(KIM))).containsValue(6L);
  }

  @Test
  void knowsNothingAfterABrokenConnection() {
    var cache = new IdentifierCache();
    cache.under(1);
    cache.add(1, Map.of(KIM, 5L));
    cache.clear();
    cache.add(1, Map.of(KIM, 5L));
    assertThat(cache.find(List.of(KIM))).isEmpty();
  }
}
