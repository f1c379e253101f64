package dev.carillon.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom the server's processes run as. PostgreSQL refuses to be root, so when Carillon is root they
 * become somebody else. The choice is made once, when the cluster's folder is created; afterwards
 * the owner of that folder tells it.
 */
sealed interface RunAs {
  Logger log = LoggerFactory.getLogger(RunAs.class);

  /** The command that does the same as this one under the chosen identity, in the same process. */
  List<String> command(List<String> command);

  /**
   * Gives a file or an empty folder to the chosen identity.
   *
   * @throws IOException when the file system does not allow it
   */
  void own(Path path) throws IOException;

  /** The user who runs Carillon. */
  record Self() implements RunAs {
    @Override
    public List<String> command(List<String> command) {
      return command;
    }

    @Override
    public void own(Path path) {}
  }

  /** Another user of this machine, taken on with util-linux's {@code setpriv}. */
  record Account(int user, int group) implements RunAs {
    @Override
    public List<String> command(List<String> command) {
      return prefixed(
          List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups"), command);
    }

    @Override
    public void own(Path path) throws IOException {
      Files.setAttribute(path, "unix:gid", group);
      Files.setAttribute(path, "unix:uid", user);
    }
  }

  /**
   * Root without being root: in a user namespace of its own the process has no user id that means
   * anything and none of root's powers, yet root's files stay its own. Works where other users
   * cannot enter the folder.
   */
  record Namespace() implements RunAs {
    @Override
    public List<String> command(List<String> command) {
      return prefixed(List.of("unshare", "--user"), command);
    }

    @Override
    public void own(Path path) throws IOException {
      new Account(0, 0).own(path);
    }
  }

  /**
   * Chooses for a cluster that does not exist yet.
   *
   * @param folder empty folder in which the cluster is about to be made; belongs to the chosen
   *     identity afterwards
   * @throws StoreException when Carillon is root and nobody else can work in that folder
   */
  static RunAs choose(PostgresBinaries binaries, Path folder) {
    if (!isRoot()) {
      return new Self();
    }
    var candidates = new ArrayList<RunAs>();
    candidates.addAll(accounts());
    candidates.add(new Namespace());
    for (var candidate : candidates) {
      if (works(candidate, binaries, folder)) {
        return candidate;
      }
    }
    throw new StoreException(
        "PostgreSQL does not run as root, and neither can the users postgres or nobody enter %s nor does this system allow user namespaces; start Carillon as an ordinary user, or name a data folder that others may enter with CARILLON_DATA."
            .formatted(folder.getParent()));
  }

  /**
   * Recognises the choice that was made for an existing cluster.
   *
   * @throws StoreException when the cluster belongs to a user that this process cannot become
   */
  static RunAs ownerOf(Path cluster) throws IOException {
    if (!isRoot()) {
      if (!Files.isReadable(cluster) || !Files.isWritable(cluster)) {
        throw new StoreException(
            "The database in %s belongs to %s; start Carillon as the user who created it, or as root if root did."
                .formatted(cluster, Files.getOwner(cluster)));
      }
      return new Self();
    }
    var user = (int) Files.getAttribute(cluster, "unix:uid");
    var group = (int) Files.getAttribute(cluster, "unix:gid");
    return user == 0 ? new Namespace() : new Account(user, group);
  }

  private static boolean isRoot() {
    return ProcessHandle.current().info().user().filter("root"::equals).isPresent();
  }

  private static List<Account> accounts() {
    var accounts = new ArrayList<Account>();
    try {
      var lines = Files.readAllLines(Path.of("/etc/passwd"));
      for (var name : List.of("postgres", "nobody")) {
        for (var line : lines) {
          var fields = line.split(":", -1);
          if (fields.length >= 4 && fields[0].equals(name)) {
            accounts.add(new Account(Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
          }
        }
      }
    } catch (IOException | NumberFormatException unreadable) {
      log.warn("the users of this machine cannot be read from /etc/passwd", unreadable);
    }
    return accounts;
  }

  private static boolean works(RunAs candidate, PostgresBinaries binaries, Path folder) {
    var check =
        List.of(
            "sh",
            "-c",
            "test -w \"$0\" && cd \"$0\" && exec \"$1\" --version",
            folder.toString(),
            binaries.program("postgres"));
    try {
      candidate.own(folder);
      Program.run(candidate, check, "");
      return true;
    } catch (IOException | StoreException refused) {
      log.debug("PostgreSQL cannot run as {}", candidate, refused);
      return false;
    }
  }

  private static List<String> prefixed(List<String> prefix, List<String> command) {
    var whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return List.copyOf(whole);
  }
}
