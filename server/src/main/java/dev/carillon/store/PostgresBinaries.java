package dev.carillon.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of the PostgreSQL that comes with Carillon, unpacked.
 *
 * @param folder holds {@code bin}, {@code lib} and {@code share}
 */
record PostgresBinaries(Path folder) {
  private static final Logger log = LoggerFactory.getLogger(PostgresBinaries.class);

  /** The release on the class path; the build file names the same. */
  static final String VERSION = "18.6";

  static final int MAJOR_VERSION = 18;

  private static final Set<PosixFilePermission> READABLE =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final Set<PosixFilePermission> EXECUTABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");

  /**
   * Unpacks the programs into a folder named after their version, unless they are there already.
   * Takes a second or two the first time. Several processes may do this at once.
   *
   * @throws StoreException when there are no programs for this machine
   * @throws IOException when the folder cannot be written
   */
  static PostgresBinaries unpack(Path parent) throws IOException {
    var folder = parent.resolve("bin-" + VERSION);
    if (!Files.isDirectory(folder)) {
      var partial = parent.resolve("bin-" + VERSION + ".partial-" + ProcessHandle.current().pid());
      Folders.delete(partial);
      extract(archiveName(), partial);
      moveUnlessThere(partial, folder);
      log.info("unpacked PostgreSQL {} into {}", VERSION, folder);
    }
    return new PostgresBinaries(folder);
  }

  /** The full path of one program: {@code postgres}, {@code initdb} or {@code pg_ctl}. */
  String program(String name) {
    return folder.resolve("bin").resolve(name).toString();
  }

  private static String archiveName() {
    var os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    var arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    var system = os.startsWith("mac") ? "darwin" : os;
    var machine =
        switch (arch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> arch;
        };
    return "postgres-" + system + "-" + machine + ".txz";
  }

  private static void extract(String archive, Path target) throws IOException {
    try (var packed = PostgresBinaries.class.getResourceAsStream("/" + archive)) {
      if (packed == null) {
        throw new StoreException(
            "This build of Carillon brings no PostgreSQL for this machine (%s); name a running server with CARILLON_DATABASE_URL."
                .formatted(archive));
      }
      extract(packed, target);
    }
  }

  private static void extract(InputStream packed, Path target) throws IOException {
    Folders.create(target, EXECUTABLE);
    var unpacked = new BufferedInputStream(new XZInputStream(new BufferedInputStream(packed)));
    try (var tar = new TarArchiveInputStream(unpacked)) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        write(tar, entry, target);
      }
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    var path = target.resolve(entry.getName()).normalize();
    if (!path.startsWith(target)) {
      throw new IOException("The archive names a file outside its folder: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Folders.create(path, EXECUTABLE);
      return;
    }
    Folders.create(path.getParent(), EXECUTABLE);
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, path);
      Files.setPosixFilePermissions(path, (entry.getMode() & 0100) == 0 ? READABLE : EXECUTABLE);
    }
  }

  private static void moveUnlessThere(Path partial, Path folder) throws IOException {
    try {
      Files.move(partial, folder);
    } catch (IOException failure) {
      Folders.delete(partial);
      if (!Files.isDirectory(folder)) {
        throw failure;
      }
    }
  }
}
