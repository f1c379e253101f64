/**
 * Black-box tests: what an operator runs and what a client sees, through processes and sockets
 * alone.
 */
@NullMarked
package dev.carillon.acceptance;

import org.jspecify.annotations.NullMarked;
