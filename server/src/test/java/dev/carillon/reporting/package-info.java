/** Tests of the activity log on a base of some size. */
@NullMarked
package dev.carillon.reporting;

import org.jspecify.annotations.NullMarked;
