@NullMarked
package dev.carillon.privacy;

import org.jspecify.annotations.NullMarked;
