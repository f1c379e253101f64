/** Tests of campaigns: the engine on its own, JSON, and the repositories on a real PostgreSQL. */
@NullMarked
package dev.carillon.campaigns;

import org.jspecify.annotations.NullMarked;
