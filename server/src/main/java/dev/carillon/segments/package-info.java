/**
 * Segments: the condition tree, its evaluation over one person, membership, background builds,
 * scheduled transitions, explanations.
 */
@NullMarked
package dev.carillon.segments;

import org.jspecify.annotations.NullMarked;
