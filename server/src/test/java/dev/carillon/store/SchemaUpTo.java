package dev.carillon.store;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Brings a database to an earlier version of the schema, and further. */
final class SchemaUpTo {
  private SchemaUpTo() {}

  /**
   * Runs the migrations up to this one.
   *
   * @param folder where those that were run so far lie; empty at first
   */
  static void migrate(TestDatabase test, Path folder, int last)
      throws IOException, URISyntaxException {
    var script = "db/migration/V0001__core.sql";
    var loader = SchemaUpTo.class.getClassLoader();
    var all = Path.of(Objects.requireNonNull(loader.getResource(script)).toURI());
    try (var files = Files.list(Objects.requireNonNull(all.getParent()))) {
      for (var file : files.toList()) {
        var name = file.getFileName().toString();
        var copy = folder.resolve(name);
        if (Integer.parseInt(name.substring(1, 5)) <= last && !Files.exists(copy)) {
          Files.copy(file, copy);
        }
      }
    }
    Database.open(
            DatabaseSettings.external(test.url())
                .withMigrations("filesystem:" + folder)
                .withMaxConnections(1))
        .close();
  }
}
