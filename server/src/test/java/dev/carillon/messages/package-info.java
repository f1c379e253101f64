/** Tests of rendering. */
@NullMarked
package dev.carillon.messages;

import org.jspecify.annotations.NullMarked;
