package dev.carillon.processing;

/**
 * Whom to tell after a commit.
 *
 * @param deliveriesQueued deliveries were queued
 * @param workLeft due work has something to do at once
 */
record Signals(Runnable deliveriesQueued, Runnable workLeft) {}
