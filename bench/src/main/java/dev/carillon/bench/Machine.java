package dev.carillon.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the figures were measured on, and when.
 *
 * @param load processes that wanted a processor in the minute before the run; above a few tenths,
 *     others took part of what is measured; negative where the system does not tell
 * @param processors as the virtual machine counts them
 * @param processor its model; {@code unknown} where the system does not tell
 * @param memoryMebibytes of the whole machine; 0 where the system does not tell
 */
record Machine(
    Instant at,
    double load,
    int processors,
    String processor,
    long memoryMebibytes,
    String system,
    String java) {

  /** This machine, now: ask before the run. */
  static Machine here(Instant now) {
    return new Machine(
        now.truncatedTo(ChronoUnit.SECONDS),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        Runtime.getRuntime().availableProcessors(),
        valueOf("/proc/cpuinfo", "model name", "unknown"),
        kibibytes(valueOf("/proc/meminfo", "MemTotal", "0")) / 1024,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
  }

  private static String valueOf(String file, String name, String absent) {
    if (!Files.isReadable(Path.of(file))) {
      return absent;
    }
    try (var lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(absent);
    } catch (IOException unreadable) {
      return absent;
    }
  }

  private static long kibibytes(String value) {
    return Long.parseLong(value.replaceAll("\\D", ""));
  }

  String text() {
    return "%s, load before the run %.1f, %d × %s, %,d MiB, %s, Java %s"
        .formatted(at, load, processors, processor, memoryMebibytes, system, java);
  }

  Map<String, Object> values() {
    var values = new LinkedHashMap<String, Object>();
    values.put("at", at.toString());
    values.put("load_before", load);
    values.put("processors", processors);
    values.put("processor", processor);
    values.put("memory_mib", memoryMebibytes);
    values.put("system", system);
    values.put("java", java);
    return values;
  }
}
