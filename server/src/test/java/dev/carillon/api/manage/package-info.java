@NullMarked
package dev.carillon.api.manage;

import org.jspecify.annotations.NullMarked;
