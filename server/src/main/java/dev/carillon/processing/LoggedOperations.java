package dev.carillon.processing;

import dev.carillon.http.Json;
import dev.carillon.privacy.Called;
import dev.carillon.privacy.StoredOperations;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads whom operations of the log name, and tells what they say. Safe for many threads. */
public final class LoggedOperations implements StoredOperations {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedOperations.class);

  /** Reads what {@link OperationCodec} writes. */
  public LoggedOperations() {}

  @Override
  public Optional<Named> read(byte[] bytes) {
    try {
      return Optional.of(named(OperationCodec.decode(bytes)));
    } catch (UnreadableOperation unreadable) {
      LOG.debug("an operation cannot be read: {}", unreadable.getMessage());
      return Optional.empty();
    }
  }

  private static Named named(Operation operation) {
    var told = new LinkedHashMap<String, Object>();
    told.put("type", type(operation));
    var identifiers = new LinkedHashSet<>(operation.people());
    var anonymousId =
        switch (operation) {
          case Operation.Once once -> {
            var inner = named(once.operation());
            identifiers.addAll(inner.identifiers());
            told.putAll(inner.told());
            yield inner.anonymousIds().stream().findFirst().orElse(null);
          }
          case Operation.Identify call -> {
            identifiers.addAll(Called.identifiers(call.attributes()));
            told.put("attributes", call.attributes());
            yield IdentifyApplier.claimed(call);
          }
          case Operation.Event call -> {
            told.put("name", call.name());
            told.put("data", new Json.Raw(new String(call.data(), StandardCharsets.UTF_8)));
            yield call.anonymousId();
          }
          case Operation.Send call -> {
            told.put("transactional_message_id", call.transactionalId());
            told.put("request", new Json.Raw(call.request()));
            yield null;
          }
          case Operation.Merge call -> call.elseAnonymous() ? call.secondary().value() : null;
          case Operation.DeviceUpdate call -> {
            told.put("device", call.token());
            told.put("attributes", call.attributes());
            yield null;
          }
          case Operation.DeviceRemoval call -> {
            told.put("device", call.token());
            yield null;
          }
          case Operation.Relate call -> {
            told.put("attributes", call.attributes());
            yield call.anonymousId();
          }
          case Operation.ContentReport call -> {
            told.put("details", call.details());
            yield call.anonymousId();
          }
          case Operation.Membership call -> {
            told.put("segment_id", call.segmentId());
            yield null;
          }
          case Operation.Delete _,
              Operation.Erase _,
              Operation.Suppress _,
              Operation.Unsuppress _,
              Operation.ObjectIdentify _,
              Operation.ObjectDelete _,
              Operation.DeliveryReport _,
              Operation.OptOuts _,
              Operation.Unsubscribe _ ->
              null;
        };
    return new Named(operation.workspace(), Set.copyOf(identifiers), anonymous(anonymousId), told);
  }

  private static Set<String> anonymous(@Nullable String id) {
    return id == null || id.isEmpty() ? Set.of() : Set.of(id);
  }

  private static String type(Operation operation) {
    return switch (operation) {
      case Operation.Once once -> type(once.operation());
      case Operation.Identify _ -> "identify";
      case Operation.Event event -> event.kind().wire();
      case Operation.Delete _ -> "delete";
      case Operation.Erase _ -> "erase";
      case Operation.Suppress _ -> "suppress";
      case Operation.Unsuppress _ -> "unsuppress";
      case Operation.Merge _ -> "merge";
      case Operation.DeviceUpdate _ -> "add_device";
      case Operation.DeviceRemoval _ -> "delete_device";
      case Operation.ObjectIdentify _ -> "identify_object";
      case Operation.ObjectDelete _ -> "delete_object";
      case Operation.Relate call -> call.add() ? "add_relationship" : "delete_relationship";
      case Operation.Membership call -> call.add() ? "add_to_segment" : "remove_from_segment";
      case Operation.DeliveryReport call -> call.metric();
      case Operation.Unsubscribe _ -> "unsubscribe";
      case Operation.OptOuts _ -> "opt_outs";
      case Operation.Send _ -> "send";
      case Operation.ContentReport call -> call.clicked() ? "clicked_content" : "viewed_content";
    };
  }
}
