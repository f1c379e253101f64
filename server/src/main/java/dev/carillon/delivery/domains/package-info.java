/** Domains that mails are signed for. */
@NullMarked
package dev.carillon.delivery.domains;

import org.jspecify.annotations.NullMarked;
