package dev.carillon.bench;

import java.util.List;

/** How much memory the program needs. */
final class MemoryRow implements Measurement {

  @Override
  public String row() {
    return "memory";
  }

  @Override
  public String how() {
    return """
    The server's virtual machine and all processes of its PostgreSQL, as the rows before
    it left them; alone, after one round of plain events. The sum of PSS is judged,
    which counts pages that processes share once; the sum of RSS counts PostgreSQL's
    shared buffers once for each of its processes.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    if (!ResidentMemory.isKnown()) {
      throw new BenchFailure(
          "This system does not tell how much memory a process has (no /proc/*/smaps_rollup).");
    }
    var server = bed.serverWithPeople();
    if (server.processed() < bed.sizes().events()) {
      int people = bed.sizes().people();
      try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
        Work.process(
            server,
            client,
            Sources.counted(Calls.event("memory"), 0, bed.sizes().events(), n -> n % people));
      }
    }
    return List.of(measured(row(), server, 500));
  }

  /**
   * The memory of a server at this moment.
   *
   * @param row the measurement it belongs to
   * @param required at most so many MiB
   */
  static Result measured(String row, RunningServer server, double required) {
    var postmaster = ProcessHandle.of(server.database().pid()).orElseThrow();
    var program = ResidentMemory.of(List.of(server.process()));
    var database = ResidentMemory.of(List.of(postmaster));
    var all = ResidentMemory.of(List.of(server.process(), postmaster));
    return new Result.Measured(
        row,
        "resident memory of %d processes (PSS)".formatted(all.processes()),
        all.proportional() + all.swapped(),
        Requirement.atMost(required, " MiB", 0),
        "RSS %.0f MiB; PSS of PostgreSQL's %d processes %.0f MiB; of the process tree of the server %.0f MiB; swapped %.0f MiB"
            .formatted(
                all.resident(),
                database.processes(),
                database.proportional(),
                program.proportional(),
                all.swapped()));
  }
}
