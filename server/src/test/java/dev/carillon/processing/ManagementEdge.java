package dev.carillon.processing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carillon.api.JsonClient;
import dev.carillon.api.manage.Description;
import dev.carillon.api.manage.ManageApi;
import dev.carillon.campaigns.CampaignExplainer;
import dev.carillon.campaigns.JourneyRepository;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.domains.DnsRecords;
import dev.carillon.delivery.domains.SendingDomains;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.HttpServer;
import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PersonLookup;
import dev.carillon.people.Suppressions;
import dev.carillon.privacy.ErasureRecords;
import dev.carillon.privacy.ErasureRepository;
import dev.carillon.privacy.PersonExport;
import dev.carillon.segments.FactsReader;
import dev.carillon.segments.SegmentExplainer;
import dev.carillon.store.SecretBox;
import dev.carillon.workspaces.CredentialRepository;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.WorkspaceId;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/** The management API on a free port, in front of a node that processes what it accepts. */
final class ManagementEdge implements AutoCloseable {
  private final ProcessingKit kit;
  private final HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  ManagementEdge(ProcessingKit kit, int node) {
    this.kit = kit;
    var database = kit.database;
    var ids = new IdRanges(() -> kit.number("SELECT nextval('id_range')"));
    var people = new PeopleQueries(database);
    var api =
        new ManageApi(
            new Credentials(new CredentialRepository(database)),
            RateLimits.off(),
            new ManageApi.Sources(
                database,
                kit.segments,
                new SegmentExplainer(kit.segments, kit.counters, kit.clock),
                kit.campaigns,
                new CampaignExplainer(new JourneyRepository()),
                new FactsReader(kit.clock),
                new PersonLookup(people),
                new FormRepository(database, kit.clock),
                new ObjectTypes(database, kit.clock),
                kit.computed,
                people,
                kit.node(node).intake(),
                new ManageApi.Privacy(
                    new PersonExport(
                        database,
                        new Suppressions(ProcessingKit.SECRET),
                        new DeliveryIds(ProcessingKit.SECRET),
                        new LoggedOperations(),
                        kit.clock),
                    new ErasureRecords(database, new ErasureRepository(ProcessingKit.SECRET)),
                    ids),
                kit.subscriptions,
                new TransactionalRepository(kit.clock),
                new SendingDomains(
                    new SecretBox(new SecretKeySpec(new byte[32], "AES"), new SecureRandom()),
                    kit.clock),
                new DnsRecords(Optional.empty()),
                new ManageApi.Mails(
                    new DeliveryRepository(kit.database),
                    new DeliveryIds(ProcessingKit.SECRET),
                    "carillon.test",
                    "Shop <shop@example.test>")),
            kit.clock);
    server =
        HttpServer.start(
            HttpSettings.at("127.0.0.1", 0), new ErrorEnvelope(), List.of(api.routes()));
  }

  /** The kit's workspace gets a key. */
  JsonClient client() {
    return client(kit.workspace());
  }

  private JsonClient client(WorkspaceId workspace) {
    kit.settings(settings -> settings);
    kit.database.<Integer, RuntimeException>inTransaction(handle ->
        handle.execute(
            """
            INSERT INTO credential (workspace_id, kind, secret_hash, created_at)
            VALUES (?, 'app', sha256(?::text::bytea), now()) ON CONFLICT DO NOTHING
            """,
            workspace.value(),
            key(workspace)));
    return new JsonClient(server.port(), key(workspace));
  }

  private static String key(WorkspaceId workspace) {
    return "key-of-" + workspace.value();
  }

  /** {@code /v1/environments/…} of the kit's workspace. */
  String base() {
    return "/v1/environments/" + kit.workspace().value();
  }

  /** An answer of the form that is described for this operation. */
  static JsonClient.Answer described(String operation, JsonClient.Answer answer) {
    return Description.read().check(operation, answer);
  }

  /** An answer that is read while it comes. */
  HttpResponse<InputStream> stream(JsonClient client, String path) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .header("authorization", "Bearer " + client.key())
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
  }

  /** The whole of an answer as text. */
  String text(JsonClient client, String path) throws Exception {
    try (var body = stream(client, path).body()) {
      return new String(body.readAllBytes(), UTF_8);
    } catch (IOException failure) {
      throw new AssertionError("the answer to GET " + path + " broke off", failure);
    }
  }

  @Override
  public void close() {
    server.close();
    http.close();
  }
}
