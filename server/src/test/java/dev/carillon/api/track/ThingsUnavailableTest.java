package dev.carillon.api.track;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.wire.ObjectCheck;
import dev.carillon.api.wire.ObjectTypeCheck;
import dev.carillon.http.RateLimits;
import dev.carillon.objects.ObjectsUnavailable;
import dev.carillon.store.TestDatabase;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls about objects while the database is away. */
final class ThingsUnavailableTest {

  private static boolean away() {
    throw new ObjectsUnavailable(new IllegalStateException("connection refused"));
  }

  @ParameterizedTest
  @DisplayName(
      "track §7: 503 with Retry-After when it cannot be told whether a type or object exists")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "PUT | /api/v1/customers/ada | {\"cio_relationships\":[{\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"a\"}}]}",
        "PUT | /api/v1/customers/ada | {\"cio_relationships\":[{\"identifiers\":{\"cio_object_id\":\"ob1\"}}]}",
        "POST | /api/v2/entity | {\"type\":\"object\",\"action\":\"identify\",\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"a\"}}",
        "POST | /api/v2/batch | {\"batch\":[{\"type\":\"object\",\"action\":\"identify\",\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"a\"}}]}"
      })
  void shouldAnswer503(String method, String path, String body) throws IOException {
    var intake = new RecordingIntake();
    ObjectTypeCheck types = (_, _) -> away();
    ObjectCheck objects = (_, _) -> away();
    try (var database = TestDatabase.create();
        var server = new TrackServer(database, RateLimits.off(), intake, types, objects)) {
      var answer = server.send(method, path, body);

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("retry-after")).isEqualTo("1");
      assertThat(answer.body())
          .isEqualTo("{\"meta\":{\"error\":\"service unavailable\",\"status\":503}}\n");
      assertThat(intake.taken()).isEmpty();
    }
  }
}
