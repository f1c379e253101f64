package dev.carillon.api.manage;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The description of the management API, OpenAPI 3.1, as it lies among the resources. */
final class OpenApiDocument {
  static final String RESOURCE = "/openapi/management.json";

  private final Reply whole;
  private final Reply unchanged;
  private final String tag;

  private OpenApiDocument(byte[] json) {
    tag = "\"" + digest(json) + "\"";
    whole = tagged(Reply.jsonBytes(200, json));
    unchanged = tagged(Reply.empty(304));
  }

  /**
   * Reads the resource.
   *
   * @throws IllegalStateException when the program was packaged without it
   */
  static OpenApiDocument read() {
    try (var in = OpenApiDocument.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the program was packaged without " + RESOURCE);
      }
      return new OpenApiDocument(in.readAllBytes());
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + RESOURCE, failure);
    }
  }

  private Reply tagged(Reply reply) {
    return reply.with("etag", tag).with("cache-control", "no-cache");
  }

  private static String digest(byte[] json) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json), 0, 16);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java runtime has SHA-256", missing);
    }
  }

  /** The description, or 304 for a client that has this one already. Asks for no key. */
  Reply answer(Request request) {
    var known = request.header("if-none-match");
    return known != null && matches(known) ? unchanged : whole;
  }

  private boolean matches(String header) {
    return Arrays.stream(header.split(","))
        .map(each -> each.strip().replaceFirst("^W/", ""))
        .anyMatch(each -> each.equals(tag) || each.equals("*"));
  }
}
