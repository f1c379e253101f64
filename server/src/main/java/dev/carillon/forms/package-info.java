/**
 * Forms on web pages whose submissions come in: which there are, which fields they have, and which
 * attribute each field becomes.
 */
@NullMarked
package dev.carillon.forms;

import org.jspecify.annotations.NullMarked;
