package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Folders that one run of the benchmark makes and takes away. */
final class Folders {
  private Folders() {}

  /** Makes a new folder in {@code parent}, which is made too if need be. */
  static Path create(Path parent) {
    try {
      Files.createDirectories(parent);
      var folder = parent.resolve("run-" + ProcessHandle.current().pid());
      delete(folder);
      return Files.createDirectory(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException("No folder can be made in " + parent + ".", failure);
    }
  }

  /** Removes a folder with everything in it, if it is there. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var paths = Files.walk(folder)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("The folder " + folder + " cannot be removed.", failure);
    }
  }
}
