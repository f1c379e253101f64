package dev.carillon.messages;

import java.time.Instant;

/**
 * What a transactional message says in one language.
 *
 * @param id unique in the installation
 * @param language a tag such as {@code nl-BE}; empty: the default, for everybody whose language has
 *     none of its own
 */
public record TransactionalContent(
    int id, String language, EmailTemplate email, Instant createdAt, Instant updatedAt) {}
