package dev.carillon.bench;

import dev.carillon.store.Database;
import dev.carillon.store.DatabaseSettings;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The bare ceiling: what the HTTP library, the JSON library and the database can do together when
 * nothing else is done. Each call is authorised and its body parsed, then it becomes a row of a
 * plain table; what arrives during a commit shares the next one. Only the database is set up with
 * Carillon's own classes, so that it is the same one with the same settings.
 *
 * <p>Runs in a process of its own: {@code Ceiling FOLDER} writes the port it listens on to {@code
 * FOLDER/port}.
 */
final class Ceiling {
  static final String PORT_FILE = "port";

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final byte[] STORED = "{}\n".getBytes(StandardCharsets.UTF_8);

  private final JsonMapper json = JsonMapper.shared();
  private final byte[] credentials =
      (RunningServer.SITE_ID + ":" + RunningServer.TRACK_KEY).getBytes(StandardCharsets.UTF_8);
  private final CeilingWriter writer;

  private Ceiling(CeilingWriter writer) {
    this.writer = writer;
  }

  /** Serves until the process is asked to end. */
  public static void main(String[] arguments) throws SQLException, IOException {
    var folder = Path.of(arguments[0]);
    var database =
        Database.open(
            DatabaseSettings.embedded(folder.resolve("data"))
                .withMigrations("classpath:db/ceiling"));
    var server = new Ceiling(CeilingWriter.start(database.dedicated("ceiling"))).listen();
    var port = folder.resolve(PORT_FILE + ".new");
    Files.writeString(port, Integer.toString(server.port()));
    Files.move(port, folder.resolve(PORT_FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The settings are those of the server's own listener; Helidon offers nothing in their place. */
  @SuppressWarnings("removal")
  private WebServer listen() {
    return WebServer.builder()
        .host("127.0.0.1")
        .port(0)
        .backlog(1024)
        .shutdownHook(false)
        .featuresDiscoverServices(false)
        .protocolsDiscoverServices(false)
        .writeQueueLength(0)
        .connectionOptions(options -> options.tcpNoDelay(true))
        .addProtocol(
            Http1Config.builder()
                .validatePath(false)
                .validatePrologue(false)
                .validateRequestHeaders(false)
                .validateRequestHostHeader(false)
                .validateResponseHeaders(false)
                .receiveLog(false)
                .sendLog(false)
                .build())
        .routing(
            HttpRouting.builder().addFilter((_, request, response) -> serve(request, response)))
        .build()
        .start();
  }

  private void serve(ServerRequest request, ServerResponse response) {
    if (!isAuthorised(request)) {
      response.status(Status.UNAUTHORIZED_401).send();
      return;
    }
    byte[] body;
    try (InputStream content = request.content().inputStream()) {
      body = content.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    var event = json.readValue(body, OBJECT);
    writer.store(
        request.prologue().uriPath().rawPath(),
        String.valueOf(event.get("name")),
        new String(body, StandardCharsets.UTF_8));
    response.status(Status.OK_200);
    response.header(HeaderValues.CONTENT_TYPE_JSON);
    response.send(STORED);
  }

  private boolean isAuthorised(ServerRequest request) {
    var header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    return header.startsWith("Basic ")
        && MessageDigest.isEqual(
            credentials, Base64.getDecoder().decode(header.substring("Basic ".length())));
  }
}
