package dev.carillon.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class KnownObjectsTest {
  private static final WorkspaceId SHOP = new WorkspaceId(1);
  private static final WorkspaceId OTHER = new WorkspaceId(2);

  @Test
  @DisplayName("track §6, I5: a cio_object_id is known in its own workspace alone")
  void shouldKnowObjectsThatAreThere() {
    // given
    var test = TestDatabase.create();
    var objects = new KnownObjects(test.database());
    assertThat(objects.exists(SHOP, CioObjectId.of(200))).isFalse();
    var row =
        new ObjectRepository.Row(
            200, new ObjectRepository.Key(SHOP, 1, "acme"), Instant.EPOCH, "{}", "{}");
    // when it is made, it is noticed at once
    test.database()
        .<Integer, RuntimeException>inTransaction(
            handle -> new ObjectRepository().insert(handle, List.of(row)));
    // then
    assertThat(objects.exists(SHOP, CioObjectId.of(200))).isTrue();
    assertThat(objects.exists(SHOP, "cio_" + CioObjectId.of(200))).isTrue();
    assertThat(objects.exists(OTHER, CioObjectId.of(200))).isFalse();
    assertThat(objects.exists(SHOP, CioObjectId.of(201))).isFalse();
    for (var text : List.of("", "acme", "ob", "200", "ob00000000c8", "'; --")) {
      assertThat(objects.exists(SHOP, text)).as(text).isFalse();
    }
    // when the database is away
    test.close();
    // then
    assertThat(objects.exists(SHOP, CioObjectId.of(200))).isTrue();
    assertThatThrownBy(() -> objects.exists(SHOP, CioObjectId.of(201)))
        .isInstanceOf(ObjectsUnavailable.class);
  }
}
