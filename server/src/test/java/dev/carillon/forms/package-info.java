@NullMarked
package dev.carillon.forms;

import org.jspecify.annotations.NullMarked;
