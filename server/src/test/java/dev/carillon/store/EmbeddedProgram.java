package dev.carillon.store;

import java.nio.file.Path;

/**
 * A second program for tests: starts the embedded server, prints where it is, and lives until it is
 * killed.
 */
final class EmbeddedProgram {
  private EmbeddedProgram() {}

  /**
   * Prints {@code <pid of the server> <port>} once the server is ready, or {@code refused:
   * <sentence>}. Reads its input and ends normally when that ends.
   *
   * @param arguments data folder, folder of the binaries
   */
  public static void main(String[] arguments) throws Exception {
    try {
      var server =
          EmbeddedPostgres.start(
              new DatabaseSettings.Embedded(
                  Path.of(arguments[0]), Path.of(arguments[1]), 32, true));
      var port = server.url().jdbc().replaceFirst(".*:(\\d+)/.*", "$1");
      System.out.println(server.process().pid() + " " + port);
      var end = System.in.read();
      System.out.println("ending after " + end);
    } catch (StoreException refusal) {
      System.out.println("refused: " + refusal.getMessage());
    }
  }
}
