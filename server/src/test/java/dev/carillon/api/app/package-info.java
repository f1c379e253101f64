@NullMarked
package dev.carillon.api.app;

import org.jspecify.annotations.NullMarked;
