package dev.carillon.api.app;

import java.util.List;

/**
 * What the App API tells about this server.
 *
 * @param egressAddresses from which its calls to the outside come
 */
public record AppSettings(List<String> egressAddresses) {
  /** Copies the list. */
  public AppSettings {
    egressAddresses = List.copyOf(egressAddresses);
  }
}
