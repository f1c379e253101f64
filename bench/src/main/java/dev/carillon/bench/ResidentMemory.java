package dev.carillon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Memory of several processes, in MiB.
 *
 * @param processes how many were counted
 * @param proportional pages that several processes share count once altogether (PSS)
 * @param resident pages count once for each process that has them (RSS)
 * @param swapped what the system moved to disk
 */
record ResidentMemory(int processes, double proportional, double resident, double swapped) {

  /** Whether this system can tell. */
  static boolean isKnown() {
    return Files.isReadable(Path.of("/proc/self/smaps_rollup"));
  }

  /**
   * These processes and everything they started.
   *
   * @throws BenchFailure when the files of a living process cannot be read
   */
  static ResidentMemory of(Collection<ProcessHandle> roots) {
    Set<Long> pids = new HashSet<>();
    for (var root : roots) {
      Stream.concat(Stream.of(root), root.descendants()).map(ProcessHandle::pid).forEach(pids::add);
    }
    double[] sums = new double[3];
    int counted = 0;
    for (long pid : pids) {
      var rollup = rollup(pid);
      if (rollup.isPresent()) {
        counted++;
        sums[0] += kibibytes(rollup.get(), "Pss:");
        sums[1] += kibibytes(rollup.get(), "Rss:");
        sums[2] += kibibytes(rollup.get(), "Swap:");
      }
    }
    return new ResidentMemory(counted, sums[0] / 1024, sums[1] / 1024, sums[2] / 1024);
  }

  /** Empty when the process has ended meanwhile. */
  private static Optional<String> rollup(long pid) {
    try {
      return Optional.of(Files.readString(Path.of("/proc/" + pid + "/smaps_rollup")));
    } catch (IOException failure) {
      if (ProcessHandle.of(pid).isEmpty()) {
        return Optional.empty();
      }
      throw new BenchFailure(
          "The memory of process %d cannot be read: %s".formatted(pid, failure.getMessage()),
          failure);
    }
  }

  private static long kibibytes(String rollup, String name) {
    return rollup
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
