/**
 * Tests of the store against real PostgreSQL processes, and the test database that all other rooms
 * use.
 */
@NullMarked
package dev.carillon.store;

import org.jspecify.annotations.NullMarked;
