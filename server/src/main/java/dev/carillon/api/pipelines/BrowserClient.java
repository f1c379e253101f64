package dev.carillon.api.pipelines;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The public browser client, as the build took it from its npm package (pipelines §10). Two things
 * are replaced when it is served, nothing else: the write key in the script a page loads, and the
 * vendor's host, to which the client would turn when it cannot tell where it was loaded from. Safe
 * for many threads.
 */
final class BrowserClient {
  private static final String FOLDER = "/analytics-js/";
  private static final String ENTRY = "standalone.js";
  private static final String KEY_MARK = "__WRITE_KEY__";
  private static final String VENDOR = "cdp.customer.io";
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-]{1,80}\\.js");
  private static final int MOST_REMEMBERED = 200;

  private final Cache<Wanted, Script> scripts =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();

  /** Nothing is read before it is asked for. */
  BrowserClient() {}

  private record Wanted(String file, String writeKey, String publicUrl) {}

  /**
   * A script in both forms it is sent in; neither is to be changed.
   *
   * @param plain UTF-8
   * @param packed the same by gzip
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Script(byte[] plain, byte[] packed) {}

  /** The script a page loads, for this write key; empty when the build has no client. */
  Optional<Script> entry(String writeKey, String publicUrl) {
    return script(new Wanted(ENTRY, writeKey, publicUrl));
  }

  /** A part that the client loads later; empty when there is no such file. */
  Optional<Script> chunk(String file, String publicUrl) {
    return FILE_NAME.matcher(file).matches()
        ? script(new Wanted(file, "", publicUrl))
        : Optional.empty();
  }

  private Optional<Script> script(Wanted wanted) {
    var known = scripts.getIfPresent(wanted);
    if (known != null) {
      return Optional.of(known);
    }
    var read = read(wanted.file);
    if (read.isEmpty()) {
      return Optional.empty();
    }
    var script = script(read.get(), wanted);
    scripts.put(wanted, script);
    return Optional.of(script);
  }

  private static Script script(String text, Wanted wanted) {
    var here =
        text.replace("https://" + VENDOR, wanted.publicUrl)
            .replace(VENDOR, URI.create(wanted.publicUrl).getRawAuthority());
    var keyed = wanted.writeKey.isEmpty() ? here : here.replace(KEY_MARK, escaped(wanted.writeKey));
    var plain = keyed.getBytes(StandardCharsets.UTF_8);
    return new Script(plain, packed(plain));
  }

  /** A key as it may stand between quotation marks in a script. */
  private static String escaped(String key) {
    var escaped = new StringBuilder(key.length());
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      boolean harmless =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "-_.:~+/=@".indexOf(c) >= 0;
      escaped.append(harmless ? String.valueOf(c) : String.format("\\u%04x", (int) c));
    }
    return escaped.toString();
  }

  private static Optional<String> read(String file) {
    try (var in = BrowserClient.class.getResourceAsStream(FOLDER + file)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException damaged) {
      throw new UncheckedIOException(
          "the program's own file " + file + " is not readable", damaged);
    }
  }

  private static byte[] packed(byte[] plain) {
    var packed = new ByteArrayOutputStream(plain.length / 3);
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    } catch (IOException impossible) {
      throw new UncheckedIOException("writing to memory failed", impossible);
    }
    return packed.toByteArray();
  }
}
