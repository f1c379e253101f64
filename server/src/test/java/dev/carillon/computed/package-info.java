@NullMarked
package dev.carillon.computed;

import org.jspecify.annotations.NullMarked;
