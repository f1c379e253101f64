package dev.carillon.http;

import org.jspecify.annotations.Nullable;

/**
 * The members of a reported event, as they came. Values are String, Long, Double, Boolean, List or
 * Map; null when absent or JSON null. Other members of the body are checked and dropped.
 *
 * @param data compact UTF-8 JSON of the object; <code>{}</code> when absent or null; null when it
 *     is something else than an object
 */
public record EventBody(
    @Nullable Object name,
    @Nullable Object type,
    @Nullable Object timestamp,
    @Nullable Object id,
    @Nullable Object anonymousId,
    byte @Nullable [] data) {}
