/**
 * A person: identifiers, attributes with their write times, deletion. Everything of one person is
 * written under the lock of its row.
 */
@NullMarked
package dev.carillon.people;

import org.jspecify.annotations.NullMarked;
