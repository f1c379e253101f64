/**
 * The Liquid template language: parses a template once into an immutable tree and renders it as
 * often as needed, from any number of threads, within a budget of steps, output and time.
 */
@NullMarked
package dev.carillon.liquid;

import org.jspecify.annotations.NullMarked;
