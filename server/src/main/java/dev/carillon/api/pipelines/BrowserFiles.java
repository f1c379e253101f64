package dev.carillon.api.pipelines;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.workspaces.Credentials;
import java.util.Locale;
import java.util.Optional;

/** What a browser or an app fetches before it sends anything; public to whoever knows the key. */
final class BrowserFiles {
  private static final String SHORTLY = "public, max-age=60";
  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  private final PipelinesSettings settings;
  private final Credentials credentials;
  private final Patience patience;
  private final BrowserClient client = new BrowserClient();

  BrowserFiles(PipelinesSettings settings, Credentials credentials, Patience patience) {
    this.settings = settings;
    this.credentials = credentials;
    this.patience = patience;
  }

  /** The settings of a source (pipelines §9). */
  Reply settings(Request request) {
    var writeKey = request.segment("writeKey");
    return isKnown(writeKey)
        ? Reply.json(200, SourceSettings.of(writeKey, settings.publicUrl().get()))
            .with("cache-control", SHORTLY)
        : unknownKey();
  }

  /** The script a page loads (pipelines §10). */
  Reply entry(Request request) {
    var writeKey = request.segment("writeKey");
    return isKnown(writeKey)
        ? script(request, client.entry(writeKey, settings.publicUrl().get()), SHORTLY)
        : unknownKey();
  }

  /** A part of the client that it loads when it needs it (pipelines §10). */
  Reply chunk(Request request) {
    return script(
        request, client.chunk(request.segment("chunk"), settings.publicUrl().get()), FOR_EVER);
  }

  private boolean isKnown(String writeKey) {
    return patience.ask(true, () -> credentials.sourceOf(writeKey)).isPresent();
  }

  private static Reply unknownKey() {
    return missing("The write key in this address is unknown.");
  }

  private static Reply script(
      Request request, Optional<BrowserClient.Script> found, String caching) {
    if (found.isEmpty()) {
      return missing(
          "This server has no such part of the browser client."
              + " Its npm package, with cdnURL set to this server, works without it.");
    }
    var accepted = request.header("accept-encoding");
    boolean packed = accepted != null && accepted.toLowerCase(Locale.ROOT).contains("gzip");
    var script = found.get();
    var reply =
        Reply.bytes(
                200, "text/javascript; charset=utf-8", packed ? script.packed() : script.plain())
            .with("cache-control", caching)
            .with("vary", "accept-encoding");
    return packed ? reply.with("content-encoding", "gzip") : reply;
  }

  private static Reply missing(String sentence) {
    return Reply.text(404, sentence + "\n").with("cache-control", "no-store");
  }
}
