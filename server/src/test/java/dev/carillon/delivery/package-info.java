/** Tests of sending, against a real PostgreSQL and real SMTP conversations. */
@NullMarked
package dev.carillon.delivery;

import org.jspecify.annotations.NullMarked;
