/**
 * What {@code ./carillon demo} does: a small shop's story told to a running server. A client like
 * any other: it knows the public APIs and nothing of the server's inside.
 */
@NullMarked
package dev.carillon.demo;

import org.jspecify.annotations.NullMarked;
