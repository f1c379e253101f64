package dev.carillon;

import dev.carillon.workspaces.NewCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The default workspace's credentials in {@code credentials.json} of the data folder, readable by
 * the owner alone.
 */
final class CredentialsFile {
  private static final String NAME = "credentials.json";
  private static final JsonMapper JSON = JsonMapper.shared();

  private CredentialsFile() {}

  /**
   * Writes the file of a first start.
   *
   * @throws UncheckedIOException when it cannot be written
   */
  static void write(Path data, NewCredentials keys) {
    var content = new LinkedHashMap<String, Object>();
    content.put("workspace_id", keys.workspace().value());
    content.put("site_id", keys.siteId());
    content.put("track_api_key", keys.trackKey());
    content.put("app_api_key", keys.appKey());
    content.put("cdp_write_key", keys.cdpKey());
    try {
      Files.createDirectories(data);
      var file = data.resolve(NAME);
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(
          file,
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n",
          StandardOpenOption.WRITE);
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "The credentials cannot be written to " + data.resolve(NAME) + ".", failure);
    }
  }

  /**
   * The keys of a data folder by the names that the file gives them; empty when there is no file.
   *
   * @throws UncheckedIOException when it cannot be read
   * @throws IllegalStateException when it is damaged
   */
  static Map<String, String> read(Path data) {
    try {
      var keys = new LinkedHashMap<String, String>();
      JSON.readTree(Files.readString(in(data)))
          .properties()
          .forEach(each -> keys.put(each.getKey(), each.getValue().asString()));
      return keys;
    } catch (NoSuchFileException none) {
      return Map.of();
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "The credentials cannot be read from " + in(data) + ".", failure);
    } catch (JacksonException damaged) {
      throw new IllegalStateException("The file " + in(data) + " is damaged.", damaged);
    }
  }

  /** Where the file is. */
  static Path in(Path data) {
    return data.resolve(NAME);
  }
}
