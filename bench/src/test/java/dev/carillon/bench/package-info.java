/**
 * Quick tests of the pieces the benchmark is made of; the figures themselves need a quiet machine.
 */
@NullMarked
package dev.carillon.bench;

import org.jspecify.annotations.NullMarked;
