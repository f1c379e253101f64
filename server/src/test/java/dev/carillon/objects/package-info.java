/** Tests of object types. */
@NullMarked
package dev.carillon.objects;

import org.jspecify.annotations.NullMarked;
