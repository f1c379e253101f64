package dev.carillon.processing;

/**
 * Whom to tell after a commit.
 *
 * @param deliveriesQueued deliveries were queued
 * @param messagesReached messages reached something that rules count
 */
record Signals(Runnable deliveriesQueued, Runnable messagesReached) {}
