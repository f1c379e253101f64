/**
 * Finding people by what is known about them (app-data §2.3): an index that is brought up to date
 * behind the writers, and a search whose answers are exact all the same.
 */
@NullMarked
package dev.carillon.people.search;

import org.jspecify.annotations.NullMarked;
