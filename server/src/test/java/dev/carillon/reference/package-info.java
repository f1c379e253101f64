/**
 * The rules of conditions a second time, as plainly as they can be told: everything that ever
 * happened is kept, and every answer is found by looking through all of it. It shares no code with
 * the product, so that tests can ask both and compare.
 */
@NullMarked
package dev.carillon.reference;

import org.jspecify.annotations.NullMarked;
