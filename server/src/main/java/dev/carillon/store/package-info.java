/**
 * PostgreSQL: connections, transactions, arrays and instants in SQL, migrations, and the server
 * that Carillon brings along and supervises when no other is named. Everything above asks {@code
 * Database} for a handle and writes plain SQL; nothing else in the program opens a connection.
 */
@NullMarked
package dev.carillon.store;

import org.jspecify.annotations.NullMarked;
