package dev.carillon;

import java.util.List;
import java.util.TreeMap;

/**
 * The settings as text for people: name, value, origin, default, and what each is for. Secrets are
 * never part of it.
 */
final class SettingsTable {

  private SettingsTable() {}

  /** One line per setting, columns aligned, followed by the variables that the launcher reads. */
  static String of(Settings settings) {
    var rows = settings.effective();
    int name =
        width(rows.stream().map(each -> each.setting().environmentName()).toList(), "SETTING");
    int value = width(rows.stream().map(EffectiveSetting::shown).toList(), "VALUE");
    int origin = width(rows.stream().map(EffectiveSetting::shownOrigin).toList(), "FROM");
    int standard = width(rows.stream().map(SettingsTable::defaultOf).toList(), "DEFAULT");
    String line = "%-" + name + "s  %-" + value + "s  %-" + origin + "s  %-" + standard + "s  %s%n";
    var text = new StringBuilder(line.formatted("SETTING", "VALUE", "FROM", "DEFAULT", "MEANING"));
    for (var each : rows) {
      var setting = each.setting();
      text.append(
          line.formatted(
              setting.environmentName(),
              each.shown(),
              each.shownOrigin(),
              defaultOf(each),
              setting.description()));
    }
    new TreeMap<>(Settings.LAUNCHER_VARIABLES)
        .forEach((variable, meaning) ->
            text.append(line.formatted(variable, "", "launcher", "-", meaning)));
    return text.toString().stripTrailing();
  }

  private static String defaultOf(EffectiveSetting each) {
    String text = each.setting().defaultText();
    return text == null ? "-" : text;
  }

  private static int width(List<String> cells, String heading) {
    return Math.max(heading.length(), cells.stream().mapToInt(String::length).max().orElse(0));
  }
}
