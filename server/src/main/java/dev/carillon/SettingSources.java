package dev.carillon;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Everything an operator said when starting the program; the settings file comes on top, because
 * its place is a setting itself.
 *
 * @param flags values given on the command line by setting name without dashes, unknown names
 *     included
 * @param environment the whole process environment; only names that start with {@code CARILLON_}
 *     are read
 * @param home folder that the default data folder lies in: where the launcher is, or the working
 *     folder
 * @param mistakes sentences about the command line itself, reported together with the mistakes in
 *     the settings
 */
public record SettingSources(
    Map<String, String> flags, Map<String, String> environment, Path home, List<String> mistakes) {

  /** Copies its collections. */
  public SettingSources {
    flags = Map.copyOf(flags);
    environment = Map.copyOf(environment);
    mistakes = List.copyOf(mistakes);
  }
}
