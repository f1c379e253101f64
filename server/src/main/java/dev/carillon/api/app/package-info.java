/**
 * The App API: reads over people, segments, campaigns and messages. Speaks this surface's wire
 * dialect and nothing else.
 */
@NullMarked
package dev.carillon.api.app;

import org.jspecify.annotations.NullMarked;
