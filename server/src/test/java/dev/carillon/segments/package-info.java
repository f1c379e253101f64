/** Proofs for conditions, segments, their builds and explanations. */
@NullMarked
package dev.carillon.segments;

import org.jspecify.annotations.NullMarked;
