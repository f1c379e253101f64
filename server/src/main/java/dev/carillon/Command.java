package dev.carillon;

/** What somebody asked the program to do. */
sealed interface Command {
  /** Run the server until it is told to stop. */
  record Start(SettingSources sources) implements Command {}

  /** Show what Carillon does on a running server. */
  record Demo(SettingSources sources) implements Command {}

  /** Print every setting. */
  record ShowSettings(SettingSources sources) implements Command {}

  /** Print the version. */
  record Version() implements Command {}

  /** Print how to use the program or one command. */
  record Help(String text) implements Command {}

  /** Something that is no command; the sentence says what was expected. */
  record Unknown(String sentence) implements Command {}
}
