/**
 * Deliveries: the outbox, leases, senders per channel, retries, the mail trap, the archive of what
 * was sent.
 */
@NullMarked
package dev.carillon.delivery;

import org.jspecify.annotations.NullMarked;
