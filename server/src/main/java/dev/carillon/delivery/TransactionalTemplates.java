package dev.carillon.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.liquid.Translations;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.TransactionalContent;
import dev.carillon.messages.TransactionalMessage;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What transactional messages say, read through a cache: an edit shows a second later. */
public final class TransactionalTemplates implements TransactionalSource {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int MESSAGES = 1_000;

  private final Database database;
  private final TransactionalRepository messages;
  private final Email uncategorized;
  private final String defaultSender;
  private final Cache<Key, Optional<Email>> cache =
      Caffeine.newBuilder().maximumSize(MESSAGES).expireAfterWrite(FRESH).build();

  /**
   * @param defaultSender who sends when neither a message nor a call names somebody
   */
  public TransactionalTemplates(
      Database database, TransactionalRepository messages, String defaultSender) {
    this.database = database;
    this.messages = messages;
    this.defaultSender = defaultSender;
    var empty = new EmailTemplate("", "", "", defaultSender, "", "", "", Map.of());
    this.uncategorized = new Email("", true, Translations.of(empty, Map.of()));
  }

  private record Key(WorkspaceId workspace, int id) {}

  @Override
  public Optional<Email> find(WorkspaceId workspace, int id) {
    return id == TransactionalMessage.UNCATEGORIZED
        ? Optional.of(uncategorized)
        : cache.get(new Key(workspace, id), this::read);
  }

  private Optional<Email> read(Key key) {
    return database.read(handle ->
        messages
            .find(handle, key.workspace, key.id)
            .map(message -> email(message, messages.contents(handle, key.workspace, key.id))));
  }

  private Email email(TransactionalMessage message, List<TransactionalContent> contents) {
    var byLanguage = new HashMap<String, EmailTemplate>();
    contents.forEach(
        each -> byLanguage.put(each.language(), each.email().fromUnlessGiven(defaultSender)));
    var standard =
        Objects.requireNonNull(byLanguage.remove(""), "every message has a default content");
    return new Email(
        message.draft().name(),
        message.draft().sendToUnsubscribed(),
        Translations.of(standard, byLanguage));
  }
}
