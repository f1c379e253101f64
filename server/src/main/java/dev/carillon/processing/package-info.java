/**
 * The way of an operation: accepted by an edge, written to the log, applied in order with
 * everything it causes in one transaction.
 */
@NullMarked
package dev.carillon.processing;

import org.jspecify.annotations.NullMarked;
