package dev.carillon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKey;

/**
 * The key of an installation that was given none: 32 random bytes in base64 in {@code secret.key}
 * of the data folder, readable by the owner alone. Whoever loses the file loses the secrets stored
 * with it, so it belongs into every backup; processes that share a database must share the key, by
 * {@code CARILLON_SECRET_KEY} or a copy of the file.
 */
final class SecretKeyFile {

  private static final String NAME = "secret.key";
  private static final int KEY_BYTES = 32;

  private SecretKeyFile() {}

  /**
   * Reads the key, making it on the first call. Two processes that start at once end with the same
   * key, because only one of them moves its complete file into place.
   *
   * @throws IllegalStateException when the file holds something else than a key
   * @throws UncheckedIOException when the file can be neither read nor made
   */
  static SecretKey readOrCreate(Path data, SecureRandom random) {
    Path file = data.resolve(NAME);
    try {
      if (!Files.exists(file)) {
        create(file, random);
      }
      return SettingParsers.secretKey(Files.readString(file).strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("The secret key in " + file + " " + e.getMessage() + ".", e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The secret key " + file + " can be neither read nor made.", e);
    }
  }

  private static void create(Path file, SecureRandom random) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path complete =
        Files.createTempFile(file.toAbsolutePath().getParent(), NAME, ".new", ownerOnly);
    try {
      byte[] key = new byte[KEY_BYTES];
      random.nextBytes(key);
      Files.writeString(
          complete,
          Base64.getEncoder().encodeToString(key) + "\n",
          StandardOpenOption.TRUNCATE_EXISTING);
      Files.createLink(file, complete);
    } catch (FileAlreadyExistsException e) {
      // Another process was faster; its key counts.
      return;
    } finally {
      Files.delete(complete);
    }
  }
}
