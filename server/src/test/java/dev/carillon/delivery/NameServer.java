package dev.carillon.delivery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** A name server on loopback that knows TXT records. */
public final class NameServer implements AutoCloseable {
  private static final int LONGEST_PART = 255;
  private final DatagramSocket socket;
  private final Map<String, String> texts = new ConcurrentHashMap<>();

  public NameServer() {
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Thread.ofVirtual().start(this::serve);
  }

  /** {@code host:port}. */
  public String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** Publishes a record, long ones in parts as servers do. */
  public void publish(String name, String text) {
    texts.put(name + ".", text);
  }

  private void serve() {
    var buffer = new byte[2_048];
    while (!socket.isClosed()) {
      try {
        var packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        var question = new Message(java.util.Arrays.copyOf(buffer, packet.getLength()));
        var answer = answer(question).toWire();
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private Message answer(Message question) {
    var asked = question.getQuestion();
    var answer = new Message(question.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.addRecord(asked, Section.QUESTION);
    var text = texts.get(asked.getName().toString());
    if (text == null) {
      answer.getHeader().setRcode(Rcode.NXDOMAIN);
    } else if (asked.getType() == Type.TXT) {
      var parts = new java.util.ArrayList<String>();
      for (var at = 0; at < text.length(); at += LONGEST_PART) {
        parts.add(text.substring(at, Math.min(text.length(), at + LONGEST_PART)));
      }
      answer.addRecord(new TXTRecord(asked.getName(), DClass.IN, 60, parts), Section.ANSWER);
    }
    return answer;
  }

  @Override
  public void close() {
    socket.close();
  }
}
