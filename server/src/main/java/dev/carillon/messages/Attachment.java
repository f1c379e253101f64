package dev.carillon.messages;

/**
 * A file that goes with a mail.
 *
 * @param name with its ending, which says what it is
 * @param content not changed afterwards
 */
public record Attachment(String name, byte[] content) {}
