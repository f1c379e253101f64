/**
 * What people subscribe to — topics and channels with their defaults, the page on which they choose
 * — and from which senders they want nothing more.
 */
@NullMarked
package dev.carillon.subscriptions;

import org.jspecify.annotations.NullMarked;
