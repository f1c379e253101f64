/** The composition root: {@code Main} builds every object, {@code Settings} says how. */
@NullMarked
package dev.carillon;

import org.jspecify.annotations.NullMarked;
