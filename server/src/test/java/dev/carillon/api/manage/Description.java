package dev.carillon.api.manage;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.carillon.api.JsonClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The OpenAPI description, and whether calls keep to it. */
public final class Description {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private final JsonNode document;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  /** One operation of the description. */
  record Operation(String method, String path, JsonNode json) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private Description(JsonNode document) {
    this.document = document;
  }

  /** Reads it. */
  public static Description read() {
    try (var in =
        Objects.requireNonNull(Description.class.getResourceAsStream(OpenApiDocument.RESOURCE))) {
      return new Description(JSON.readTree(in.readAllBytes()));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  JsonNode document() {
    return document;
  }

  List<Operation> operations() {
    var operations = new ArrayList<Operation>();
    for (var path : document.get("paths").properties()) {
      for (var entry : path.getValue().properties()) {
        if (METHODS.contains(entry.getKey())) {
          operations.add(
              new Operation(
                  entry.getKey().toUpperCase(Locale.ROOT), path.getKey(), entry.getValue()));
        }
      }
    }
    return operations;
  }

  Operation operation(String id) {
    return operations().stream()
        .filter(each -> each.json().get("operationId").asString().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** Expects that the answer has a described status and a body of the described form. */
  public JsonClient.Answer check(String operationId, JsonClient.Answer answer) {
    var response = operation(operationId).json().at("/responses/" + answer.status());
    assertThat(response.isMissingNode()).as(answer.call() + " → " + answer.http()).isFalse();
    if (response.has("$ref")) {
      response = document.at(response.get("$ref").asString().substring(1));
    }
    var schema = response.at("/content/application~1json/schema");
    if (schema.isMissingNode()) {
      assertThat(answer.http().body()).as(answer.call()).isEmpty();
    } else {
      assertThat(faults(schema, answer.json())).as(answer.call() + " → " + answer.json()).isEmpty();
    }
    return answer;
  }

  /** What is wrong with a request body by the description. */
  List<String> requestFaults(String operationId, String body) {
    var schema = operation(operationId).json().at("/requestBody/content/application~1json/schema");
    return faults(schema, JSON.readTree(body));
  }

  private List<String> faults(JsonNode schema, JsonNode value) {
    var whole = JSON.createObjectNode();
    whole.set("components", document.get("components"));
    whole.put("$ref", schema.get("$ref").asString());
    return registry.getSchema(whole).validate(value).stream().map(Object::toString).toList();
  }

  /** Every reference in the description. */
  Stream<String> references() {
    return document.findValuesAsString("$ref").stream();
  }
}
