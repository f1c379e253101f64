/**
 * The Pipelines API: calls of browsers, apps and servers come in and become people, events, objects
 * and reports. Also serves what browsers need to start, the settings of a source and the client
 * script. Speaks this surface's wire dialect and nothing else.
 */
@NullMarked
package dev.carillon.api.pipelines;

import org.jspecify.annotations.NullMarked;
