package dev.carillon;

import dev.carillon.EffectiveSetting.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the written value of each setting: flag before environment before file before default. An
 * empty value counts as not given, so that a deployment template may pass on variables that nobody
 * filled.
 */
final class SettingLookup {

  private static final String FILE_NAME = "carillon.properties";
  private static final String ENVIRONMENT_PREFIX = "CARILLON_";

  private final SettingSources sources;
  private final List<String> mistakes;

  SettingLookup(SettingSources sources, List<String> mistakes) {
    this.sources = sources;
    this.mistakes = mistakes;
  }

  /**
   * Every setting with its written value and origin. Unknown names and an unreadable file become
   * mistakes.
   */
  List<EffectiveSetting> effective() {
    var names = Settings.ALL.stream().map(Setting::name).toList();
    addUnknown(sources.flags().keySet(), names, "--", "");
    var environmentNames =
        sources.environment().keySet().stream()
            .filter(each -> each.startsWith(ENVIRONMENT_PREFIX))
            .toList();
    var variables =
        Stream.concat(
                Settings.ALL.stream().map(Setting::environmentName),
                Settings.LAUNCHER_VARIABLES.keySet().stream())
            .toList();
    addUnknown(environmentNames, variables, "", "");
    Path file = settingsFile();
    Map<String, String> lines = file == null ? Map.of() : read(file);
    if (file != null) {
      addUnknown(lines.keySet(), names, "", " in " + file);
      addMisplaced(lines, file);
    }
    return Settings.ALL.stream().map(each -> find(each, lines, file)).map(this::absolute).toList();
  }

  private EffectiveSetting find(
      Setting<?> setting, Map<String, String> lines, @Nullable Path file) {
    String flag = given(sources.flags(), setting.name());
    if (flag != null) {
      return new EffectiveSetting(setting, flag, new Origin.Flag());
    }
    String variable = given(sources.environment(), setting.environmentName());
    if (variable != null) {
      return new EffectiveSetting(setting, variable, new Origin.Environment());
    }
    String line = given(lines, setting.name());
    if (line != null && file != null) {
      return new EffectiveSetting(setting, line, new Origin.SettingsFile(file));
    }
    return new EffectiveSetting(setting, setting.defaultText(), new Origin.Default());
  }

  private static @Nullable String given(Map<String, String> values, String name) {
    String text = values.get(name);
    return text == null || text.isBlank() ? null : text.strip();
  }

  /** The named file, which must exist; else the one in the data folder if it exists; else null. */
  private @Nullable Path settingsFile() {
    var named = absolute(find(Settings.CONFIG, Map.of(), null)).parse(new ArrayList<>());
    if (named.isPresent()) {
      return (Path) named.get();
    }
    var data = absolute(find(Settings.DATA, Map.of(), null));
    return data.parse(new ArrayList<>())
        .map(folder -> ((Path) folder).resolve(FILE_NAME))
        .filter(Files::exists)
        .orElse(null);
  }

  /**
   * Paths as they count: written ones start from the working folder, the default data folder from
   * {@code home}.
   */
  private EffectiveSetting absolute(EffectiveSetting found) {
    if (!found.setting().equals(Settings.DATA) && !found.setting().equals(Settings.CONFIG)) {
      return found;
    }
    Path start = found.origin() instanceof Origin.Default ? sources.home() : Path.of("");
    return found
        .parse(new ArrayList<>())
        .map(path -> start.resolve((Path) path).toAbsolutePath().normalize().toString())
        .map(path -> new EffectiveSetting(found.setting(), path, found.origin()))
        .orElse(found);
  }

  private Map<String, String> read(Path file) {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      // IllegalArgumentException: a malformed Unicode escape.
      mistakes.add("The settings file " + file + " cannot be read: " + e + ".");
      return Map.of();
    }
    var lines = new HashMap<String, String>();
    properties.forEach((name, value) -> lines.put((String) name, (String) value));
    return lines;
  }

  /**
   * A file cannot say where it is itself, and the data folder's own file cannot move the data
   * folder.
   */
  private void addMisplaced(Map<String, String> lines, Path file) {
    if (lines.containsKey(Settings.CONFIG.name())) {
      mistakes.add(
          "config in " + file + " has no effect: a settings file cannot name another one.");
    }
    if (lines.containsKey(Settings.DATA.name())
        && find(Settings.CONFIG, Map.of(), null).text() == null) {
      mistakes.add(
          "data in "
              + file
              + " has no effect: this file was found by the data folder. Name it with --config.");
    }
  }

  private void addUnknown(
      Collection<String> written, List<String> known, String prefix, String suffix) {
    for (String name : new TreeSet<>(written)) {
      if (!known.contains(name)) {
        var near =
            NearestName.of(name, known)
                .map(each -> "; did you mean " + prefix + each + "?")
                .orElse(".");
        mistakes.add(prefix + name + suffix + " is not a setting" + near);
      }
    }
  }
}
