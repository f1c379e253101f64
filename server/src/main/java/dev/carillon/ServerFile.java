package dev.carillon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a running server answers, as {@code server.json} in its data folder tells other programs.
 *
 * @param url base URL without a closing slash
 * @param port the bound port, 1 to 65535
 * @param pid process id of the server
 */
public record ServerFile(URI url, int port, long pid) {

  private static final String NAME = "server.json";
  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * Writes the file in one step, so that a reader sees either the former or the new content.
   *
   * @throws UncheckedIOException when the data folder cannot be written
   */
  public void write(Path data) {
    try {
      Path complete = data.resolve(NAME + ".new");
      Files.writeString(complete, JSON.writeValueAsString(this) + "\n");
      Files.move(complete, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("The file " + NAME + " cannot be written to " + data + ".", e);
    }
  }

  /** Removes the file if it names this process: another server may use the folder. */
  public static void deleteOwn(Path data) {
    try {
      var own = ofRunningServer(data).filter(file -> file.pid() == ProcessHandle.current().pid());
      if (own.isPresent()) {
        Files.deleteIfExists(data.resolve(NAME));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The file " + NAME + " cannot be removed from " + data + ".", e);
    }
  }

  /**
   * The server of this data folder; absent when the file is missing or names a process that has
   * ended, as after a kill.
   *
   * @throws IllegalStateException when the file is damaged
   */
  public static Optional<ServerFile> ofRunningServer(Path data) {
    Path file = data.resolve(NAME);
    try {
      var found = JSON.readValue(Files.readString(file), ServerFile.class);
      return Optional.of(found).filter(each -> ProcessHandle.of(each.pid()).isPresent());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("The file " + file + " cannot be read.", e);
    } catch (JacksonException e) {
      throw new IllegalStateException("The file " + file + " is damaged.", e);
    }
  }
}
