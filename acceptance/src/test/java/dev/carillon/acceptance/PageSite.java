package dev.carillon.acceptance;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Somebody's web site: a few files, on an origin of its own. */
final class PageSite implements AutoCloseable {
  private final HttpServer site;

  /** Serves these files by their paths. */
  PageSite(Map<String, String> files) throws IOException {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.createContext(
        "/",
        exchange -> {
          var path = exchange.getRequestURI().getPath();
          var file = files.get(path);
          var type = path.endsWith(".js") ? "text/javascript" : "text/html";
          exchange.getResponseHeaders().add("content-type", type + "; charset=utf-8");
          var body = (file == null ? "" : file).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(
              file == null ? 404 : 200, body.length == 0 ? -1 : body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    site.start();
  }

  /** Host and port. */
  String host() {
    return "127.0.0.1:" + site.getAddress().getPort();
  }

  @Override
  public void close() {
    site.stop(0);
  }
}
