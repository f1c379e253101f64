package dev.carillon.store;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;

/**
 * Brings the schema to the version of the program. Processes that start together take turns under
 * an advisory lock, and a schema made by a newer program is left alone.
 */
final class Migrations {
  private final Flyway flyway;

  Migrations(DataSource dataSource, String location) {
    var configuration =
        Flyway.configure(Migrations.class.getClassLoader())
            .dataSource(dataSource)
            .locations(location)
            .table("schema_version")
            .validateMigrationNaming(true)
            .cleanDisabled(true)
            // Once a second: enough for the others to wait through a migration of ten minutes.
            .lockRetryCount(600);
    // A lock of the session rather than of a transaction, so that a migration may build an index
    // concurrently.
    configuration
        .getConfigurationExtension(PostgreSQLConfigurationExtension.class)
        .setTransactionalLock(false);
    this.flyway = configuration.load();
  }

  /**
   * Applies what is missing, in order of number; returns at once when nothing is.
   *
   * @throws StoreException when the schema is newer than the program, was changed by hand, or a
   *     migration fails; a failed migration leaves the schema as it was before it
   */
  void apply() {
    try {
      flyway.migrate();
    } catch (FlywayException failure) {
      refuseNewer();
      throw new StoreException(
          "The database schema could not be brought up to date: " + failure.getMessage(), failure);
    }
    // Nothing was applied to a newer schema: its versions are beyond all of ours.
    refuseNewer();
  }

  private void refuseNewer() {
    var newest = "none";
    for (MigrationInfo migration : flyway.info().all()) {
      var state = migration.getState();
      if (state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED) {
        throw new StoreException(
            "The database schema is at version %s, made by a newer Carillon, but this program knows it only up to %s; start the newer program or restore an older backup."
                .formatted(migration.getVersion(), newest));
      }
      if (state.isResolved() && migration.getVersion() != null) {
        newest = migration.getVersion().toString();
      }
    }
  }
}
