/**
 * Object types, objects and relationships: what is not a person but belongs to people, such as
 * companies, orders or courses (track §6).
 */
@NullMarked
package dev.carillon.objects;

import org.jspecify.annotations.NullMarked;
