package dev.carillon.liquid;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Filters for URLs, Base64, digests and signatures. Text is taken as UTF-8. */
final class EncodingFilters {
  private static final String HEX = "0123456789ABCDEF";

  private EncodingFilters() {}

  static void addTo(FilterTable table) {
    table.text("url_encode", EncodingFilters::queryEncode);
    table.text("cgi_escape", EncodingFilters::queryEncode);
    table.text("uri_escape", EncodingFilters::pathEncode);
    table.text("url_decode", (text, r) -> urlDecode(text));
    table.text("base64", (text, _) -> encode(Base64.getEncoder(), text));
    table.text("base64_encode", (text, _) -> encode(Base64.getEncoder(), text));
    table.text("base64_url_safe_encode", (text, _) -> encode(Base64.getUrlEncoder(), text));
    table.text("base64_decode", (text, _) -> decode(Base64.getDecoder(), text, "base64_decode"));
    table.text(
        "base64_url_safe_decode",
        (text, _) -> decode(Base64.getUrlDecoder(), text, "base64_url_safe_decode"));
    table.text("md5", (text, _) -> digest("MD5", text));
    table.text("sha1", (text, _) -> digest("SHA-1", text));
    table.text("sha256", (text, _) -> digest("SHA-256", text));
    table.text("sha512", (text, _) -> digest("SHA-512", text));
    table.add("hmac_md5", 1, 1, (input, args, r) -> hmac("HmacMD5", input, args, r));
    table.add("hmac_sha1", 1, 1, (input, args, r) -> hmac("HmacSHA1", input, args, r));
    table.add("hmac_sha256", 1, 1, (input, args, r) -> hmac("HmacSHA256", input, args, r));
    table.add("hmac_sha512", 1, 1, (input, args, r) -> hmac("HmacSHA512", input, args, r));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String queryEncode(String text, Rendering rendering) {
    return percentEncode(text, "_.-~", true, rendering);
  }

  private static String pathEncode(String text, Rendering rendering) {
    return percentEncode(text, "_.-~!*'();:@&=+$,/?#[]%", false, rendering);
  }

  private static String percentEncode(String text, String kept, boolean plus, Rendering rendering) {
    var out = new BoundedText(rendering);
    for (byte b : bytes(text)) {
      char c = (char) (b & 0xFF);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || Numbers.isDigit(c)
          || kept.indexOf(c) >= 0) {
        out.append(c);
      } else if (c == ' ' && plus) {
        out.append('+');
      } else {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    return out.toString();
  }

  private static String urlDecode(String text) {
    byte[] encoded = bytes(text);
    ByteBuffer decoded = ByteBuffer.allocate(encoded.length);
    for (int i = 0; i < encoded.length; i++) {
      int high = hexDigit(encoded, i + 1);
      int low = hexDigit(encoded, i + 2);
      if (encoded[i] == '%' && high >= 0 && low >= 0) {
        decoded.put((byte) (high * 16 + low));
        i += 2;
      } else {
        decoded.put(encoded[i] == '+' ? (byte) ' ' : encoded[i]);
      }
    }
    return utf8(decoded.flip(), "url_decode");
  }

  private static int hexDigit(byte[] bytes, int at) {
    return at < bytes.length ? Character.digit(bytes[at], 16) : -1;
  }

  private static String utf8(ByteBuffer bytes, String filter) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException _) {
      throw LiquidRenderException.badArgument(filter + " does not give UTF-8 text");
    }
  }

  private static String encode(Base64.Encoder encoder, String text) {
    return encoder.encodeToString(bytes(text));
  }

  private static String decode(Base64.Decoder decoder, String text, String filter) {
    try {
      return utf8(ByteBuffer.wrap(decoder.decode(bytes(text))), filter);
    } catch (IllegalArgumentException _) {
      throw LiquidRenderException.badArgument("the text given to " + filter + " is not Base64");
    }
  }

  private static String digest(String algorithm, String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes(text)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no " + algorithm, impossible);
    }
  }

  private static String hmac(
      String algorithm, @Nullable Object input, Arguments arguments, Rendering rendering) {
    byte[] key = bytes(rendering.text(arguments.get(0)));
    try {
      var mac = Mac.getInstance(algorithm);
      // Keys are padded with zeros, so one zero byte is the same key as none, which Java refuses.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, algorithm));
      return HexFormat.of().formatHex(mac.doFinal(bytes(rendering.text(input))));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no " + algorithm, impossible);
    }
  }
}
