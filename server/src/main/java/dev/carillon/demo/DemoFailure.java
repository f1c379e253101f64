package dev.carillon.demo;

import java.io.Serial;

/** The demo cannot go on; the message is a sentence for the person who started it. */
public final class DemoFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  DemoFailure(String sentence) {
    super(sentence);
  }

  DemoFailure(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
