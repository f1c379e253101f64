/** Tests of conditions: what they mean, what wakes them and when they change by themselves. */
@NullMarked
package dev.carillon.segments;

import org.jspecify.annotations.NullMarked;
