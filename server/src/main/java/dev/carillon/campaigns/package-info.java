/**
 * Campaigns: definitions and versions, triggers and filters, and the engine that walks a journey
 * from node to node.
 */
@NullMarked
package dev.carillon.campaigns;

import org.jspecify.annotations.NullMarked;
