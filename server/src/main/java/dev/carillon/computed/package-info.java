/**
 * Attributes that are computed from a person's events and kept up to date with each of them:
 * definitions, what has been added up of each person, and the builds that add up the past.
 */
@NullMarked
package dev.carillon.computed;

import org.jspecify.annotations.NullMarked;
