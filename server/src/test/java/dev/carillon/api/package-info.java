/** What the tests of several edges share. */
@NullMarked
package dev.carillon.api;

import org.jspecify.annotations.NullMarked;
