package dev.carillon.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/**
 * The files of one embedded server: created once, recognised afterwards.
 *
 * <p>Below the program's data folder lie {@code postgres/cluster} (PostgreSQL's own files), {@code
 * postgres/passwords.properties} (readable by the user of Carillon alone) and, where the operator
 * wants other settings, {@code postgres/custom.conf}. A cluster is made under another name and
 * renamed when it is complete, so a crash in between leaves nothing half-made.
 *
 * @param folder PostgreSQL's data directory
 * @param binaries the server's programs
 * @param identity whom they run as
 * @param passwords of the two roles
 */
record PostgresCluster(
    Path folder, PostgresBinaries binaries, RunAs identity, Passwords passwords) {

  /** The role that the program connects as; owns the database and may do nothing outside it. */
  static final String ROLE = "carillon";

  static final String DATABASE = "carillon";

  /** Made by initdb, needed for repairs only. */
  static final String SUPERUSER = "postgres";

  private static final int PASSWORD_BYTES = 24;

  /** Generated passwords; never shown. */
  record Passwords(String superuser, String role) {
    @Override
    public String toString() {
      return "Passwords[***]";
    }
  }

  /**
   * Finds the cluster below this folder, or makes it (about two seconds).
   *
   * @param parent the folder {@code postgres} below the data folder; exists
   * @throws StoreException when the cluster was written by another major version, belongs to
   *     somebody else, or has lost its passwords
   * @throws IOException when files cannot be read or written
   */
  static PostgresCluster openOrCreate(Path parent, PostgresBinaries binaries) throws IOException {
    var folder = parent.resolve("cluster");
    var secrets = parent.resolve("passwords.properties");
    if (Files.isDirectory(folder)) {
      var identity = RunAs.ownerOf(folder);
      checkVersion(folder);
      return new PostgresCluster(folder, binaries, identity, readPasswords(secrets));
    }
    var partial = parent.resolve("cluster.partial");
    Folders.delete(partial);
    Folders.create(partial, PosixFilePermissions.fromString("rwx------"));
    var cluster =
        new PostgresCluster(partial, binaries, RunAs.choose(binaries, partial), newPasswords());
    cluster.initialise(parent);
    cluster.writePasswords(secrets);
    Files.move(partial, folder);
    return new PostgresCluster(folder, binaries, cluster.identity, cluster.passwords);
  }

  private static void checkVersion(Path folder) throws IOException {
    var version = Files.readString(folder.resolve("PG_VERSION")).strip();
    if (version.equals(Integer.toString(PostgresBinaries.MAJOR_VERSION))) {
      return;
    }
    throw new StoreException(
        "The database in %s was written by PostgreSQL %s, but this Carillon brings PostgreSQL %s; start the Carillon that wrote it, dump the database there and restore it into a new data folder."
            .formatted(folder, version, PostgresBinaries.VERSION));
  }

  private void initialise(Path parent) throws IOException {
    var passwordFile = parent.resolve("initdb.password");
    try {
      Files.deleteIfExists(passwordFile);
      Files.createFile(
          passwordFile,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(passwordFile, passwords.superuser + "\n");
      identity.own(passwordFile);
      Program.run(
          identity,
          List.of(
              binaries.program("initdb"),
              "--pgdata=" + folder,
              "--username=" + SUPERUSER,
              "--pwfile=" + passwordFile,
              "--auth=scram-sha-256",
              "--encoding=UTF8",
              "--locale-provider=builtin",
              "--locale=C.UTF-8",
              "--data-checksums"),
          "");
    } finally {
      Files.deleteIfExists(passwordFile);
    }
    singleUser(
        "postgres",
        """
        CREATE ROLE %1$s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '%2$s';
        CREATE DATABASE %3$s OWNER %1$s;
        REVOKE CONNECT ON DATABASE %3$s FROM PUBLIC;
        """
            .formatted(ROLE, passwords.role, DATABASE));
    singleUser(DATABASE, "CREATE EXTENSION pg_stat_statements;\n");
  }

  /** Runs one statement a line before anybody can connect. */
  private void singleUser(String database, String statements) throws IOException {
    Program.run(
        identity,
        List.of(
            binaries.program("postgres"),
            "--single",
            "-D",
            folder.toString(),
            "-c",
            "exit_on_error=on",
            database),
        statements);
  }

  private static Passwords newPasswords() {
    return new Passwords(newPassword(), newPassword());
  }

  private static String newPassword() {
    var bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private void writePasswords(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file,
        """
        # Roles of the embedded PostgreSQL. Keep this file: Carillon cannot connect without it.
        %s=%s
        %s=%s
        """
            .formatted(SUPERUSER, passwords.superuser, ROLE, passwords.role));
  }

  private static Passwords readPasswords(Path file) {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException failure) {
      throw new StoreException(
          "The passwords of the embedded database cannot be read from %s (%s)."
              .formatted(file, failure),
          failure);
    }
    var superuser = properties.getProperty(SUPERUSER);
    var role = properties.getProperty(ROLE);
    if (superuser == null || role == null) {
      throw new StoreException(
          "The file %s lacks the password of %s or %s.".formatted(file, SUPERUSER, ROLE));
    }
    return new Passwords(superuser, role);
  }

  /**
   * Writes the server's settings. Called before each start, so that a new release of Carillon
   * brings its own.
   *
   * @param sharedBuffersMegabytes size of the page cache
   */
  void configure(int sharedBuffersMegabytes) throws IOException {
    Files.writeString(
        folder.resolve("postgresql.conf"),
        """
        # Written by Carillon at each start. Put your own settings into custom.conf, in the folder above this one.
        listen_addresses = '127.0.0.1'
        unix_socket_directories = ''
        max_connections = 40
        timezone = 'UTC'

        # Memory: the program and all processes of PostgreSQL together stay below 500 MiB.
        shared_buffers = %dMB
        work_mem = 8MB
        maintenance_work_mem = 64MB
        autovacuum_work_mem = 32MB
        effective_cache_size = 512MB
        wal_buffers = 8MB
        huge_pages = off
        max_worker_processes = 4
        max_logical_replication_workers = 0
        max_parallel_workers_per_gather = 0
        max_parallel_maintenance_workers = 0
        max_locks_per_transaction = 128
        io_method = sync
        jit = off

        # Durability: what is committed is on the disk. Processing turns synchronous_commit off for itself.
        fsync = on
        full_page_writes = on
        synchronous_commit = on
        # One server, no replicas.
        wal_level = minimal
        max_wal_senders = 0
        # Rare checkpoints: the full page images after each one are most of the WAL.
        max_wal_size = 2GB
        min_wal_size = 256MB
        checkpoint_timeout = 15min
        checkpoint_completion_target = 0.9
        random_page_cost = 1.1

        autovacuum_max_workers = 2
        autovacuum_worker_slots = 2
        autovacuum_naptime = 30s

        shared_preload_libraries = 'pg_stat_statements'
        pg_stat_statements.max = 1000
        pg_stat_statements.track_utility = off
        track_io_timing = off

        # Statements are logged with placeholders and errors without the row: no personal data.
        logging_collector = on
        log_directory = 'log'
        log_filename = 'postgresql-%%Y%%m%%d-%%H%%M%%S.log'
        log_file_mode = 0600
        log_rotation_age = 0
        log_rotation_size = 10MB
        log_timezone = 'UTC'
        log_line_prefix = '%%m [%%p] %%a '
        log_error_verbosity = terse
        log_min_duration_statement = 1s
        log_parameter_max_length = 0
        lc_messages = 'C'

        include_if_exists = '../custom.conf'
        """
            .formatted(sharedBuffersMegabytes));
  }

  /** Where the role finds its database when the server listens on this port. */
  DatabaseUrl url(int port) {
    return new DatabaseUrl(jdbc(port, DATABASE), ROLE, passwords.role);
  }

  /** Where the superuser finds a database when the server listens on this port. */
  DatabaseUrl superuserUrl(int port, String database) {
    return new DatabaseUrl(jdbc(port, database), SUPERUSER, passwords.superuser);
  }

  private static String jdbc(int port, String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?sslmode=disable&gssEncMode=disable"
        .formatted(port, database);
  }
}
