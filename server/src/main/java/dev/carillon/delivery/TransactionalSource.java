package dev.carillon.delivery;

import dev.carillon.messages.EmailTemplate;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the worker finds what a transactional message says. Asked once per delivery, so answers
 * come from memory; any number of threads ask.
 */
@FunctionalInterface
public interface TransactionalSource {

  /**
   * A transactional message as it is now; number 1 is an empty one that always exists.
   *
   * @return empty when it no longer exists
   */
  Optional<Email> find(WorkspaceId workspace, int id);

  /**
   * A message that is sent by mail.
   *
   * @param version the same version means the same content
   * @param byLanguage tag in lower case → content; the default one under the empty text
   */
  record Email(
      String name, int version, boolean toUnsubscribed, Map<String, EmailTemplate> byLanguage) {
    /** Copies the map. */
    public Email {
      byLanguage = Map.copyOf(byLanguage);
    }

    /** What it says under a tag of {@link #languageFor}. */
    EmailTemplate in(String tag) {
      return Objects.requireNonNull(byLanguage.get(tag), "every message has a default content");
    }

    /**
     * The tag whose content somebody with this language gets: exactly this one, or none (M-120).
     */
    String languageFor(String wanted) {
      var tag = wanted.strip().toLowerCase(Locale.ROOT);
      return byLanguage.containsKey(tag) ? tag : "";
    }
  }
}
