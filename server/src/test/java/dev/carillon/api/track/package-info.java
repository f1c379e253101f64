@NullMarked
package dev.carillon.api.track;

import org.jspecify.annotations.NullMarked;
