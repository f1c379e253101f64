/**
 * The management API below /v1/environments/{workspace_id}: segments, campaigns and object types
 * are written here; described by /v1/openapi.json. Speaks this surface's wire dialect and nothing
 * else.
 */
@NullMarked
package dev.carillon.api.manage;

import org.jspecify.annotations.NullMarked;
