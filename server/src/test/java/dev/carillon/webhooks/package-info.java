/** Tests of the reporting webhooks. */
@NullMarked
package dev.carillon.webhooks;

import org.jspecify.annotations.NullMarked;
