/**
 * The Track API (v1): people and events come in. Speaks this surface's wire dialect and nothing
 * else.
 */
@NullMarked
package dev.carillon.api.track;

import org.jspecify.annotations.NullMarked;
