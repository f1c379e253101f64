/** Tests of counters: what they keep and how they are packed. */
@NullMarked
package dev.carillon.events;

import org.jspecify.annotations.NullMarked;
