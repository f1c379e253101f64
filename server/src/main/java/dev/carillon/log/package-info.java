/**
 * The durable, append-only operation log: one writer per process, lanes, positions, and who owns
 * which lanes.
 */
@NullMarked
package dev.carillon.log;

import org.jspecify.annotations.NullMarked;
