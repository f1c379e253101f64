package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.JsonClient.Answer;
import dev.carillon.http.RawHttp;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST …/segments/{id}/upload} and {@code /remove_upload}. */
final class SegmentUploadTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  @AutoClose static final ManagementEdge EDGE = new ManagementEdge(KIT, 0);

  private int segment;
  private JsonClient client;

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
    client = EDGE.client();
    segment = KIT.manualSegment();
    for (var name : List.of("ada", "bob", "cid")) {
      KIT.identify(Identifier.id(name), "email", name + "@example.test");
    }
    KIT.settle();
  }

  private Answer send(String path, byte[] file) {
    try {
      return ManagementEdge.described(
          path.contains("remove_upload") ? "segments.removeUpload" : "segments.upload",
          new Answer(
              RawHttp.once(
                  client.port(),
                  "POST",
                  EDGE.base() + path,
                  "Authorization: Bearer %s\r\nContent-Type: text/csv\r\n".formatted(client.key()),
                  file),
              "POST " + path));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Answer upload(String query, String file) {
    var answer =
        send("/segments/" + segment + "/upload" + query, file.getBytes(StandardCharsets.UTF_8));
    KIT.settle();
    return answer;
  }

  private List<String> members() {
    return KIT.database.read(handle ->
        handle
            .select(
                """
                SELECT p.attributes::json ->> 'id' FROM segment_member m JOIN person p USING (person_id)
                 WHERE m.segment_id = ? ORDER BY 1
                """,
                segment)
            .mapTo(String.class)
            .list());
  }

  private static List<String> errors(Answer answer) {
    var errors = new ArrayList<String>();
    answer
        .json()
        .at("/upload/errors")
        .forEach(each ->
            errors.add(
                "%d %s %s"
                    .formatted(
                        each.get("row").asInt(),
                        each.get("value").asString(),
                        each.get("reason").asString())));
    return errors;
  }

  private static Map<String, Integer> skipped(Answer answer) {
    var skipped = new TreeMap<String, Integer>();
    answer
        .json()
        .at("/upload/skipped")
        .properties()
        .forEach(each -> skipped.put(each.getKey(), each.getValue().asInt()));
    return skipped;
  }

  @Test
  @DisplayName("people of a file are put in, and every other row is told with its reason")
  void shouldPutPeopleIn() {
    var file = "id,name\nada,Ada\n\n%s\nnobody\nada\n \nbob\n".formatted("x".repeat(151));
    var answer = upload("", file).expect(202);
    assertThat(members()).containsExactly("ada", "bob");
    assertThat(errors(answer))
        .containsExactly(
            "3  empty",
            "4 " + "x".repeat(151) + " too_long",
            "5 nobody unknown",
            "6 ada duplicate",
            "7   empty");
    assertThat(skipped(answer))
        .isEqualTo(Map.of("empty", 2, "too_long", 1, "malformed", 0, "duplicate", 1, "unknown", 1));
    var upload = answer.json().get("upload");
    assertThat(upload.get("segment_id").asInt()).isEqualTo(segment);
    assertThat(upload.get("rows").asInt()).isEqualTo(7);
    assertThat(upload.get("accepted").asInt()).isEqualTo(2);
    assertThat(upload.get("errors_omitted").asInt()).isZero();
    assertThat(KIT.people()).as("nobody is created").isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ada\nbob",
        "ada\nbob\n",
        "ada\r\nbob\r\n",
        "\uFEFFid\r\nada\r\nbob",
        "\uFEFFada\nbob",
        "ID,x\n\"ada\",1\n\"bob\",2",
        " Email ,x\nada\nbob",
        "\"ada\",\"a \"\"quoted\"\" name,\nwith a line\"\nbob"
      })
  @DisplayName("RFC 4180: quotes, LF and CR LF, with or without byte order mark and header")
  void shouldReadCsv(String file) {
    var answer = upload("?id_type=id", file).expect(202);
    assertThat(errors(answer)).isEmpty();
    assertThat(members()).containsExactly("ada", "bob");
  }

  @Test
  @DisplayName("e-mail addresses in any case, and cio_ids with or without their prefix")
  void shouldKnowEveryKindOfIdentifier() {
    var mails =
        upload("?id_type=email", "email\nADA@example.test\nada@Example.test\nnobody\nx@y.test");
    assertThat(errors(mails))
        .containsExactly(
            "3 ada@Example.test duplicate", "4 nobody malformed", "5 x@y.test unknown");
    assertThat(members()).containsExactly("ada");
    var bob = CioId.of(KIT.personId(Identifier.id("bob")));
    var cid = CioId.of(KIT.personId(Identifier.id("cid")));
    var ids =
        upload(
            "?id_type=cio_id",
            "cio_id\n%s\ncio_%s\n%s\nbob\n%s".formatted(bob, cid, cid, CioId.of(77)));
    assertThat(errors(ids))
        .containsExactly(
            "4 " + cid + " duplicate", "5 bob malformed", "6 " + CioId.of(77) + " unknown");
    assertThat(members()).containsExactly("ada", "bob", "cid");
  }

  @Test
  @DisplayName("a file may also take people out")
  void shouldTakePeopleOut() {
    upload("", "ada\nbob\ncid").expect(202);
    var answer =
        send(
            "/segments/" + segment + "/remove_upload",
            "ada\ncid\nnobody".getBytes(StandardCharsets.UTF_8));
    KIT.settle();
    assertThat(errors(answer)).containsExactly("3 nobody unknown");
    assertThat(members()).containsExactly("bob");
  }

  @Test
  @DisplayName("who is deleted before the file has its turn is not made anew")
  void shouldCreateNobody() {
    KIT.gather(() -> {
      KIT.delete(Identifier.id("ada"));
      send("/segments/" + segment + "/upload", "ada\nbob".getBytes(StandardCharsets.UTF_8))
          .expect(202);
    });
    assertThat(members()).containsExactly("bob");
    assertThat(KIT.people()).isEqualTo(2);
  }

  @Test
  @DisplayName("only a manual segment of this workspace takes a file")
  void shouldRefuseOtherSegments() {
    var file = "ada".getBytes(StandardCharsets.UTF_8);
    var dynamic =
        client
            .send(
                "POST",
                EDGE.base() + "/segments",
                "{\"segment\":{\"name\":\"d\",\"conditions\":{\"attribute\":{\"field\":\"plan\",\"operator\":\"exists\"}}}}")
            .json()
            .at("/segment/id")
            .asInt();
    var refused = send("/segments/" + dynamic + "/upload", file).expect(422);
    assertThat(refused.json().at("/errors/0/source/pointer").asString()).isEqualTo("/segment/type");
    send("/segments/999999/upload", file).expectProblem(404, "segment not found");
    send("/segments/x/upload", file).expect(400);
    send("/segments/" + segment + "/upload?id_type=phone", file)
        .expectProblem(400, "id_type must be id, email or cio_id");
    var theirs = segment;
    KIT.inNewWorkspace();
    client = EDGE.client();
    send("/segments/" + theirs + "/upload", file).expectProblem(404, "segment not found");
    assertThat(members()).isEmpty();
  }

  @Test
  @DisplayName("what is no CSV in UTF-8, and more than a file may have, changes nothing")
  void shouldRefuseBrokenFiles() {
    var path = "/segments/" + segment + "/upload";
    send(path, new byte[] {'a', 'd', 'a', '\n', (byte) 0xff, '\n'})
        .expect(422)
        .expect(
            422,
            """
            {"meta":{"error":"the file is not UTF-8","status":422},
             "errors":[{"detail":"the file is not UTF-8","status":"422","source":{"pointer":""}}]}
            """);
    upload("", "ada\n\"bob").expect(422);
    upload("", "ada\n\"bob\"x").expect(422);
    assertThat(members()).isEmpty();
    var many =
        IntStream.rangeClosed(0, 100_000).mapToObj(i -> "n" + i).collect(Collectors.joining("\n"));
    var tooMany = upload("", many).expect(422);
    assertThat(tooMany.json().at("/meta/error").asString())
        .isEqualTo("the file has more than 100000 rows");
    assertThat(send(path, new byte[10 * 1024 * 1024 + 1]).status()).isEqualTo(413);
    upload("", "").expect(202);
    upload("", "\u0000\nid\u0000x").expect(202);
    assertThat(KIT.people()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "a whole file of a hundred thousand rows is looked up in sets, and errors are bounded")
  void shouldTakeALargeFile() {
    KIT.database.<Integer, RuntimeException>inTransaction(handle ->
        handle.execute(
                """
                INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
                SELECT 900000000 + n, ?, now(), now(), '{"id":"many-' || n || '"}', '{}' FROM generate_series(1, 3000) n
                """,
                KIT.workspace().value())
            + handle.execute(
                "INSERT INTO person_identifier SELECT ?, 1, 'many-' || n, 900000000 + n FROM generate_series(1, 3000) n",
                KIT.workspace().value()));
    var file =
        IntStream.rangeClosed(1, 100_000)
            .mapToObj(i -> "many-" + i)
            .collect(Collectors.joining("\n", "id\n", "\n"));
    var upload = upload("", file).expect(202).json().get("upload");
    assertThat(upload.get("accepted").asInt()).isEqualTo(3_000);
    assertThat(upload.at("/skipped/unknown").asInt()).isEqualTo(97_000);
    assertThat(upload.get("errors")).hasSize(1_000);
    assertThat(upload.get("errors_omitted").asInt()).isEqualTo(96_000);
    assertThat(upload.at("/errors/0/row").asInt()).isEqualTo(3_002);
    assertThat(members()).hasSize(3_000);
  }
}
