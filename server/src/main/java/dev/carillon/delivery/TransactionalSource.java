package dev.carillon.delivery;

import dev.carillon.liquid.Translations;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.workspaces.WorkspaceId;
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
   * @param contents what it says in each language
   */
  record Email(String name, boolean toUnsubscribed, Translations<EmailTemplate> contents) {}
}
