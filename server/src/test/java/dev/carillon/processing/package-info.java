@NullMarked
package dev.carillon.processing;

import org.jspecify.annotations.NullMarked;
