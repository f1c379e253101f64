package dev.carillon.api.track;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carillon.api.wire.ObjectCheck;
import dev.carillon.api.wire.ObjectTypeCheck;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.http.Reply;
import dev.carillon.processing.Intake;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.FirstStart;
import dev.carillon.workspaces.GivenKeys;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;

/**
 * The Track API on a free port, with credentials in a real database. The workspace has object types
 * 1 and 2, the object ob1 and the manual segment 7.
 */
final class TrackServer implements AutoCloseable {
  static final String AUTHORIZATION =
      "Authorization: Basic "
          + Base64.getEncoder().encodeToString("site:key".getBytes(UTF_8))
          + "\r\n";

  /** Writes the ids of deliveries this server knows. */
  static final DeliveryIds DELIVERY_IDS = new DeliveryIds("0123456789abcdef".getBytes(UTF_8));

  private final HttpServer server;

  TrackServer(TestDatabase database, RateLimits limits, Intake intake) {
    this(
        database,
        limits,
        intake,
        (_, type) -> type == 1 || type == 2,
        (_, cioObjectId) -> cioObjectId.equals("ob1"));
  }

  TrackServer(
      TestDatabase database,
      RateLimits limits,
      Intake intake,
      ObjectTypeCheck types,
      ObjectCheck objects) {
    FirstStart.ensure(
        database.database(),
        InstantSource.fixed(Instant.EPOCH),
        new GivenKeys("site", "key", "app", null));
    var credentials = new Credentials(new CredentialRepository(database.database()));
    var settings = new TrackSettings(() -> "https://track.example.test", "eu");
    var api =
        new TrackApi(
            settings,
            credentials,
            limits,
            intake,
            new TrackApi.Sources(
                DELIVERY_IDS,
                new FormRepository(database.database(), InstantSource.system()),
                types,
                objects,
                (_, segment) -> segment == 7));
    server =
        HttpServer.start(
            HttpSettings.at("127.0.0.1", 0),
            problem -> Reply.text(problem.status(), problem.message()),
            api.routes());
  }

  int port() {
    return server.port();
  }

  /** Sends an authorised request on a connection of its own. */
  RawHttp.Answer send(String method, String target, String body) throws IOException {
    return send(method, target, AUTHORIZATION, body.getBytes(UTF_8));
  }

  RawHttp.Answer send(String method, String target, String headers, byte[] body)
      throws IOException {
    return RawHttp.once(port(), method, target, headers, body);
  }

  @Override
  public void close() {
    server.close();
  }
}
