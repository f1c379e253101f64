/** Tests of events and of what is counted of them. */
@NullMarked
package dev.carillon.events;

import org.jspecify.annotations.NullMarked;
