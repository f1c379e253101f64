@NullMarked
package dev.carillon.people.search;

import org.jspecify.annotations.NullMarked;
