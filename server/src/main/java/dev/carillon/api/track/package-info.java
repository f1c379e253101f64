/**
 * The Track API, v1 and v2: people, events, objects, forms and reports come in. Speaks this
 * surface's wire dialect and nothing else.
 */
@NullMarked
package dev.carillon.api.track;

import org.jspecify.annotations.NullMarked;
