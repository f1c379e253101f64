/**
 * The words that several edges share: identifiers by their shape, times, sizes, and the rules for
 * attributes and events. Whoever breaks one of them is told so in the dialect of the edge.
 */
@NullMarked
package dev.carillon.api.wire;

import org.jspecify.annotations.NullMarked;
