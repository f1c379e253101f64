/**
 * What is stored of one person as a whole: all of it can be exported, and erased with a proof.
 * Which tables that concerns is known in one place, {@link dev.carillon.privacy.PersonTable}.
 */
@NullMarked
package dev.carillon.privacy;

import org.jspecify.annotations.NullMarked;
