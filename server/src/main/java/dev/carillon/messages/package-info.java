/** What a message says: content, Liquid scopes and rendering. */
@NullMarked
package dev.carillon.messages;

import org.jspecify.annotations.NullMarked;
