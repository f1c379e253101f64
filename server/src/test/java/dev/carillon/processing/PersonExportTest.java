package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.privacy.PersonTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code GET …/customers/{id}/export}. */
final class PersonExportTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  @AutoClose static final ManagementEdge EDGE = new ManagementEdge(KIT, 0);

  private static final Identifier ADA = WholePerson.ID;

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  private static JsonNode export(String path) throws Exception {
    return JsonMapper.shared().readTree(EDGE.text(EDGE.client(), EDGE.base() + path)).get("export");
  }

  @Test
  @DisplayName("everything stored about a person is in one document")
  void shouldExportEverything() throws Exception {
    var ada = WholePerson.in(KIT, EDGE);
    for (var table : PersonTable.values()) {
      if (table != PersonTable.ERASURE) {
        assertThat(ada.rows(KIT, table.table())).as(table.table()).isPositive();
      }
    }
    var export = export("/customers/ada-lovelace/export");
    System.out.println(export.toPrettyString());
  }
}
