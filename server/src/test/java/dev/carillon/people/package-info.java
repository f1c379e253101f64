/** Tests of how attributes are stored. */
@NullMarked
package dev.carillon.people;

import org.jspecify.annotations.NullMarked;
