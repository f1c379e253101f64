package dev.carillon;

/**
 * Carries the word that deliveries are queued from processing to the sender, which is built after
 * it.
 */
final class DeliverySignal implements Runnable {
  private volatile Runnable target = () -> {};

  void connect(Runnable sender) {
    target = sender;
  }

  @Override
  public void run() {
    target.run();
  }
}
