package dev.carillon.delivery;

import dev.carillon.workspaces.WorkspaceId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes and reads the last part of the addresses in mails: base64url that nobody can make or alter
 * (M-72). It holds all that answering needs, so that an open or a click asks no database.
 *
 * <p>Bytes: use and tracking (1), workspace (4), delivery (8), its UTC day (3), person (8),
 * milliseconds when it was rendered (6), length of the target (2), target, name, and the first 16
 * of an HMAC-SHA-256 over all of them. Its key belongs to the workspace and is derived from the
 * server's secret. Safe for any number of threads.
 */
public final class LinkTokens {
  /** The longest target and the longest name, in bytes; a token stays below 11,000 characters. */
  public static final int LONGEST_TEXT = 4_000;

  private static final int HEAD = 1 + 4 + 8 + 3 + 8 + 6 + 2;
  private static final int SIGNATURE = 16;
  private static final int TRACKED = 0x80;
  private static final int LONGEST = (HEAD + 2 * LONGEST_TEXT + SIGNATURE) * 4 / 3 + 4;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  /**
   * Uses the server's secret; changing it ends all links given out before.
   *
   * @throws IllegalArgumentException for fewer than 16 bytes
   */
  public LinkTokens(byte[] secret) {
    if (secret.length < 16) {
      throw new IllegalArgumentException(
          "The key of links needs 16 bytes or more, not " + secret.length);
    }
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  /** What an address is for. */
  public enum Use {
    /** The picture that tells that a mail was opened. */
    OPEN(1),
    /** A link that leads elsewhere. */
    CLICK(2),
    /** The copy of the mail in a browser. */
    VIEW(3),
    /** The page on which somebody leaves. */
    UNSUBSCRIBE(4),
    /** The page on which somebody chooses topics and channels. */
    PREFERENCES(5);

    private final int code;

    Use(int code) {
      this.code = code;
    }
  }

  /**
   * The mail an address stands in.
   *
   * @param person whom it went to; may be merged into somebody else, or gone
   * @param renderedAt when it was rendered to be sent, to the millisecond
   * @param tracked whether its opens and clicks are counted
   */
  public record InMail(
      WorkspaceId workspace,
      DeliveryId delivery,
      long person,
      Instant renderedAt,
      boolean tracked) {}

  /**
   * What a token says.
   *
   * @param target where a click leads; empty for other uses, and for a link an app follows itself
   * @param name how reports call the link; empty for other uses
   */
  public record Link(Use use, InMail mail, String target, String name) {
    /** An address that leads to one of our pages. */
    public Link(Use use, InMail mail) {
      this(use, mail, "", "");
    }
  }

  /**
   * The text of a link.
   *
   * @throws IllegalArgumentException when target or name is longer than {@link #LONGEST_TEXT}
   */
  public String text(Link link) {
    var target = link.target.getBytes(StandardCharsets.UTF_8);
    var name = link.name.getBytes(StandardCharsets.UTF_8);
    if (target.length > LONGEST_TEXT || name.length > LONGEST_TEXT) {
      throw new IllegalArgumentException("a link is too long to be signed");
    }
    var mail = link.mail;
    var shared = Arrays.equals(target, name);
    var signed = HEAD + target.length + (shared ? 0 : name.length);
    var bytes = ByteBuffer.allocate(signed + SIGNATURE);
    bytes.put((byte) (link.use.code | (mail.tracked ? TRACKED : 0)));
    bytes.putInt(mail.workspace.value()).putLong(mail.delivery.value());
    var day = mail.delivery.day().toEpochDay();
    bytes.put((byte) (day >> 16)).put((byte) (day >> 8)).put((byte) day);
    bytes.putLong(mail.person);
    var millis = mail.renderedAt.toEpochMilli();
    bytes.putShort((short) (millis >> 32)).putInt((int) millis);
    bytes.putShort((short) target.length).put(target);
    if (!shared) {
      bytes.put(name);
    }
    bytes.put(signature(mail.workspace, bytes.array(), signed));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /** Reads a link of this use; empty for anything {@link #text} has not written. */
  public Optional<Link> read(Use use, String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
    var signed = bytes.length - SIGNATURE;
    // The last characters of base64 have bits that mean nothing: one link, one text.
    if (signed < HEAD
        || !Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text)) {
      return Optional.empty();
    }
    var buffer = ByteBuffer.wrap(bytes);
    var head = buffer.get() & 0xff;
    var workspace = new WorkspaceId(buffer.getInt());
    // Takes the same time wherever the two differ, so the signature cannot be found byte by byte.
    if (!MessageDigest.isEqual(
        signature(workspace, bytes, signed), Arrays.copyOfRange(bytes, signed, bytes.length))) {
      return Optional.empty();
    }
    if ((head & ~TRACKED) != use.code) {
      return Optional.empty();
    }
    var delivery = buffer.getLong();
    var day = (buffer.get() & 0xff) << 16 | (buffer.get() & 0xff) << 8 | buffer.get() & 0xff;
    var person = buffer.getLong();
    var millis = (long) (buffer.getShort() & 0xffff) << 32 | buffer.getInt() & 0xffff_ffffL;
    var length = buffer.getShort() & 0xffff;
    var target = new String(bytes, HEAD, length, StandardCharsets.UTF_8);
    var rest = signed - HEAD - length;
    var name = rest == 0 ? target : new String(bytes, HEAD + length, rest, StandardCharsets.UTF_8);
    var mail =
        new InMail(
            workspace,
            new DeliveryId(delivery, LocalDate.ofEpochDay(day)),
            person,
            Instant.ofEpochMilli(millis),
            (head & TRACKED) != 0);
    return Optional.of(new Link(use, mail, target, name));
  }

  private byte[] signature(WorkspaceId workspace, byte[] bytes, int length) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update("links of workspace ".getBytes(StandardCharsets.UTF_8));
      var ofWorkspace =
          mac.doFinal(Integer.toString(workspace.value()).getBytes(StandardCharsets.UTF_8));
      mac.init(new SecretKeySpec(ofWorkspace, ALGORITHM));
      mac.update(bytes, 0, length);
      return Arrays.copyOf(mac.doFinal(), SIGNATURE);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("This Java runtime has no " + ALGORITHM, missing);
    }
  }
}
