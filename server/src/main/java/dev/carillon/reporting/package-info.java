/** What happened, told afterwards: the activity log. */
@NullMarked
package dev.carillon.reporting;

import org.jspecify.annotations.NullMarked;
