/**
 * Reporting webhooks: what happens to messages and people, told to addresses of the workspace. What
 * happens is stored here in the same transaction as its cause; a worker tells it, in order.
 */
@NullMarked
package dev.carillon.webhooks;

import org.jspecify.annotations.NullMarked;
