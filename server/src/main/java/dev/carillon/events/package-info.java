/**
 * What people did: event names, the event store, the packed per-person counters that conditions
 * read, events of nobody yet.
 */
@NullMarked
package dev.carillon.events;

import org.jspecify.annotations.NullMarked;
