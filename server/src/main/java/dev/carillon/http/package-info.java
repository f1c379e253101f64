/** The HTTP server, routing on raw paths, JSON reading within limits, rate limits, error shapes. */
@NullMarked
package dev.carillon.http;

import org.jspecify.annotations.NullMarked;
