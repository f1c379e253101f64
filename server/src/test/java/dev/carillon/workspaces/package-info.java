@NullMarked
package dev.carillon.workspaces;

import org.jspecify.annotations.NullMarked;
