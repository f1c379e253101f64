/**
 * What readers of mails reach: opens, clicks, the mail in a browser, and the pages on which they
 * leave or choose. Each address is signed and says itself which mail it stands in; nobody logs in.
 */
@NullMarked
package dev.carillon.api.hooks;

import org.jspecify.annotations.NullMarked;
