package dev.carillon.campaigns;

import java.util.Optional;
import java.util.function.Function;

/** Looks enum constants up by the word JSON and tables use for them. */
final class Words {
  private Words() {}

  static <T> Optional<T> find(T[] constants, Function<T, String> wire, String word) {
    for (var constant : constants) {
      if (wire.apply(constant).equals(word)) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }
}
