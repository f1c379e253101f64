package dev.carillon.campaigns;

/** Whether an occurrence starts a journey. */
public sealed interface Entry {

  /** It does. */
  record Enters() implements Entry {}

  /**
   * It triggered the campaign, but the person does not enter; worth recording (promise I7).
   *
   * @param detail what decided, for the marketer
   */
  record Refused(Refusal reason, String detail) implements Entry {}

  /** It is not this campaign's trigger. */
  record NotTriggered() implements Entry {}
}
