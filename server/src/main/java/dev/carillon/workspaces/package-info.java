/**
 * Workspaces and the credentials that select them. Every stored row belongs to one workspace and
 * every query names it.
 */
@NullMarked
package dev.carillon.workspaces;

import org.jspecify.annotations.NullMarked;
