package dev.carillon.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * All results of a run, in three forms.
 *
 * @param machine what they were measured on
 */
record Report(Machine machine, List<Result> results) {
  private static final List<String> HEADINGS =
      List.of("row", "what", "measured", "required", "verdict");

  Report {
    results = List.copyOf(results);
  }

  /** Whether every requirement is met. */
  boolean met() {
    return results.stream().allMatch(Result::met);
  }

  /** A table for people, with the notes below it. */
  String text() {
    var table = cells();
    var widths = new int[HEADINGS.size()];
    for (var line : table) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    var text = new StringBuilder();
    for (var line : table) {
      for (int i = 0; i < widths.length; i++) {
        boolean figure = i == 2 || i == 3;
        var padding = " ".repeat(widths[i] - line.get(i).length());
        text.append(figure ? padding + line.get(i) : line.get(i) + padding);
        text.append(i == widths.length - 1 ? "\n" : "  ");
      }
    }
    text.append('\n');
    for (var result : results) {
      var note = note(result);
      if (!note.isEmpty()) {
        text.append(result.row()).append(", ").append(result.what()).append(": ");
        text.append(note).append('\n');
      }
    }
    return text.append(machine.text()).append('\n').toString();
  }

  /** A table to paste into a page. */
  String markdown() {
    var text = new StringBuilder();
    var table = cells();
    for (int line = 0; line < table.size(); line++) {
      text.append("| ").append(String.join(" | ", table.get(line))).append(" |\n");
      if (line == 0) {
        text.append("|---|---|---:|---:|---|\n");
      }
    }
    text.append('\n');
    for (var result : results) {
      var note = note(result);
      if (!note.isEmpty()) {
        text.append("- ").append(result.row()).append(", ").append(result.what()).append(": ");
        text.append(note).append('\n');
      }
    }
    return text.append('\n').append(machine.text()).append('\n').toString();
  }

  /** One JSON object. */
  String json() {
    var rows = new ArrayList<Map<String, @Nullable Object>>();
    for (var result : results) {
      var row = new LinkedHashMap<String, @Nullable Object>();
      row.put("row", result.row());
      row.put("what", result.what());
      switch (result) {
        case Result.Measured(_, _, var value, var required, var notes) -> {
          row.put("measured", value);
          row.put("unit", required.unit().strip());
          row.put("required", required.bound());
          row.put("direction", required.direction().name().toLowerCase(java.util.Locale.ROOT));
          row.put("notes", notes);
        }
        case Result.Failed(_, _, var reason) -> row.put("failure", reason);
      }
      row.put("met", result.met());
      rows.add(row);
    }
    var report = new LinkedHashMap<String, @Nullable Object>();
    report.put("met", met());
    report.put("machine", machine.values());
    report.put("results", rows);
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsString(report);
  }

  private List<List<String>> cells() {
    var table = new ArrayList<List<String>>();
    table.add(HEADINGS);
    for (var result : results) {
      table.add(
          switch (result) {
            case Result.Measured(var row, var what, var value, var required, _) ->
                List.of(
                    row,
                    what,
                    required.format(value),
                    required.text(),
                    result.met() ? "met" : "NOT MET");
            case Result.Failed(var row, var what, _) -> List.of(row, what, "—", "—", "FAILED");
          });
    }
    return table;
  }

  private static String note(Result result) {
    return switch (result) {
      case Result.Measured measured -> measured.notes();
      case Result.Failed failed -> failed.reason();
    };
  }
}
