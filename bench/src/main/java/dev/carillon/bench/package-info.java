/**
 * The benchmark: starts a server of its own, drives it over HTTP, checks in the database that
 * everything asked for was done, and prints one table. It knows the server as a client and an
 * operator do: by its public calls, its settings, its metrics and its tables.
 */
@NullMarked
package dev.carillon.bench;

import org.jspecify.annotations.NullMarked;
