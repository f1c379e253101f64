/** Tests of the template language: conformance, the contract's own cases, hostile templates. */
@NullMarked
package dev.carillon.liquid;

import org.jspecify.annotations.NullMarked;
