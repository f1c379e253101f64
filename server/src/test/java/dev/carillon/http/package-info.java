@NullMarked
package dev.carillon.http;

import org.jspecify.annotations.NullMarked;
