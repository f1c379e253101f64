package dev.carillon.processing;

import dev.carillon.events.EventKind;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.privacy.ErasureMode;
import dev.carillon.privacy.ErasureRequest;
import dev.carillon.subscriptions.OptOut;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One accepted call, as it is logged and later applied. Everything in it has been validated by its
 * edge.
 */
public sealed interface Operation {

  /** Whose data it changes. */
  WorkspaceId workspace();

  /** The people it names: they are looked up and locked before it is applied. */
  List<Identifier> people();

  /**
   * The text whose hash decides the lane: calls that share it are applied in the order they were
   * accepted (promise I2). The person's identifier, or the anonymous id.
   */
  String laneKey();

  /**
   * The same for the other person of a call that names two: it keeps its place among the calls
   * about each of them. That of the lane itself when there is none.
   */
  default String otherLaneKey() {
    return laneKey();
  }

  /**
   * Creates or updates a person (track §3.2).
   *
   * @param attributes name → String, Long, Double, Boolean, List, Map, or null to remove;
   *     identifiers in the body ({@code id}, {@code email}) included, control keys ({@code
   *     _update}, {@code _timestamp}, {@code cio_id}) excluded
   * @param writtenAtMillis when the change happened, Unix milliseconds; 0 = when it was received
   *     (P-11)
   * @param updateOnly true never creates a person (P-6)
   */
  record Identify(
      WorkspaceId workspace,
      Identifier person,
      Map<String, @Nullable Object> attributes,
      long writtenAtMillis,
      boolean updateOnly)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /**
   * Something a person, or nobody known yet, did (track §4).
   *
   * @param person null for an anonymous event
   * @param anonymousId null or empty when there is none; beside a person it becomes the person's
   *     (pipelines §5.2)
   * @param eventId the caller's key against repeats; null = none
   * @param occurredAtMillis Unix milliseconds; 0 = when it was received
   * @param data UTF-8 JSON object, validated and at most 100,000 bytes
   */
  record Event(
      WorkspaceId workspace,
      @Nullable Identifier person,
      @Nullable String anonymousId,
      EventKind kind,
      String name,
      @Nullable String eventId,
      long occurredAtMillis,
      byte[] data)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return person == null ? List.of() : List.of(person);
    }

    @Override
    public String laneKey() {
      return person != null ? person.key() : anonymousId == null ? "" : anonymousId;
    }
  }

  /** Removes a person and everything it had (P-15). */
  record Delete(WorkspaceId workspace, Identifier person) implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /**
   * Removes a person as {@link Delete} does, and begins to erase every trace, with a proof.
   *
   * @param person as the caller named the person, so that the erasure keeps its place among the
   *     caller's other calls
   * @param personId whom that named when the call was accepted: who is erased if it names nobody
   *     any more, or who survives a merge of that person
   * @param requestId number of the {@link dev.carillon.privacy.ErasureRequest}
   * @param reason as there
   * @param credentialId as there
   */
  record Erase(
      WorkspaceId workspace,
      Identifier person,
      long personId,
      long requestId,
      ErasureMode mode,
      String reason,
      int credentialId)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }

    /** What is asked for. */
    public ErasureRequest request(Instant receivedAt) {
      return new ErasureRequest(requestId, workspace, mode, reason, credentialId, receivedAt);
    }
  }

  /** Removes a person and ignores its identifiers from now on (track §9.2, P-17). */
  record Suppress(WorkspaceId workspace, Identifier person) implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /** Frees every identifier that was suppressed together with this one (P-18). */
  record Unsuppress(WorkspaceId workspace, Identifier person) implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /**
   * Merges one person into another (track §9.3, P-21).
   *
   * @param primary who survives
   * @param secondary who disappears
   * @param elseAnonymous when nobody is named by {@code secondary}, take it for an anonymous id of
   *     the primary (pipelines §5.2, alias)
   */
  record Merge(
      WorkspaceId workspace, Identifier primary, Identifier secondary, boolean elseAnonymous)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(primary, secondary);
    }

    @Override
    public String laneKey() {
      return primary.key();
    }

    @Override
    public String otherLaneKey() {
      return secondary.key();
    }
  }

  /**
   * Adds a device to a person, or changes it (track §5.1). A token that another person has moves.
   *
   * @param platform {@code ios} or {@code android}; null leaves that of a known device as it is
   * @param lastUsedMillis Unix milliseconds; 0 = when it was received
   * @param attributes as in {@link Identify}; merged into those the device has
   */
  record DeviceUpdate(
      WorkspaceId workspace,
      Identifier person,
      String token,
      @Nullable String platform,
      long lastUsedMillis,
      Map<String, @Nullable Object> attributes)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /** Takes a device from a person; nothing when the person does not have it. */
  record DeviceRemoval(WorkspaceId workspace, Identifier person, String token)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /**
   * Creates or updates an object (track §6).
   *
   * @param attributes as in {@link Identify}
   * @param writtenAtMillis as in {@link Identify}
   */
  record ObjectIdentify(
      WorkspaceId workspace,
      ObjectName object,
      Map<String, @Nullable Object> attributes,
      long writtenAtMillis)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of();
    }

    @Override
    public String laneKey() {
      return object.laneKey();
    }
  }

  /** Removes an object and its relationships. */
  record ObjectDelete(WorkspaceId workspace, ObjectName object) implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of();
    }

    @Override
    public String laneKey() {
      return object.laneKey();
    }
  }

  /**
   * Relates a person, or an anonymous id, to an object, or undoes that (track §6). Adding creates
   * what is missing on either side.
   *
   * @param person null: an anonymous id is related
   * @param anonymousId null when there is a person
   * @param add false removes the relationship
   * @param mayCreatePerson false leaves an unknown person unknown, and does nothing
   * @param attributes of the relationship, merged into those it has
   * @param writtenAtMillis as in {@link Identify}
   */
  record Relate(
      WorkspaceId workspace,
      @Nullable Identifier person,
      @Nullable String anonymousId,
      ObjectName object,
      boolean add,
      boolean mayCreatePerson,
      Map<String, @Nullable Object> attributes,
      long writtenAtMillis)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return person == null ? List.of() : List.of(person);
    }

    @Override
    public String laneKey() {
      return person != null ? person.key() : anonymousId == null ? "" : anonymousId;
    }
  }

  /**
   * Puts a person into a manual segment, or takes it out (track §5.3).
   *
   * @param add false takes the person out
   * @param mayCreate whether somebody unknown is created when put in by id or e-mail
   */
  record Membership(
      WorkspaceId workspace, Identifier person, int segmentId, boolean add, boolean mayCreate)
      implements Operation {
    /** Checks that nobody is created to be taken out. */
    public Membership {
      if (mayCreate && !add) {
        throw new IllegalArgumentException("nobody is created to be taken out of a segment");
      }
    }

    /** As the Track API knows it: whoever is put in is created when unknown. */
    public Membership(WorkspaceId workspace, Identifier person, int segmentId, boolean add) {
      this(workspace, person, segmentId, add, add);
    }

    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /**
   * What became of a delivery, as a device, a page or a provider reports it (track §5.2). The id of
   * the delivery is the only authority such a report has, so it decides the workspace.
   *
   * @param workspace not used; 0 when the caller has not named one
   * @param deliveryId key of the delivery
   * @param metric {@code delivered}, {@code opened} …, checked against the channel when applied
   * @param occurredAtMillis Unix milliseconds; 0 = when it was received
   * @param details what else was said: recipient, reason, href, action_name, action_value; of our
   *     own links also {@link #MACHINE} and {@code link}, how reports call a link
   */
  record DeliveryReport(
      WorkspaceId workspace,
      long deliveryId,
      String metric,
      long occurredAtMillis,
      Map<String, @Nullable Object> details)
      implements Operation {
    /** Names the detail that is true when a machine opened or clicked (M-7). */
    public static final String MACHINE = "machine";

    @Override
    public List<Identifier> people() {
      return List.of();
    }

    @Override
    public String laneKey() {
      return "delivery " + deliveryId;
    }
  }

  /**
   * The recipient of a delivery wants no more mail (track §5, unsubscribe). As with a report, the
   * delivery decides the workspace.
   */
  record Unsubscribe(WorkspaceId workspace, long deliveryId) implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of();
    }

    @Override
    public String laneKey() {
      return "delivery " + deliveryId;
    }
  }

  /**
   * An in-app content was seen or clicked by somebody known or anonymous (track §6, pipelines §6).
   *
   * @param person null when only an anonymous id is known
   * @param anonymousId null when there is a person
   * @param clicked false: viewed
   * @param occurredAtMillis Unix milliseconds; 0 = when it was received
   * @param details content_id, template_id, content_type, action_name, action_value
   */
  record ContentReport(
      WorkspaceId workspace,
      @Nullable Identifier person,
      @Nullable String anonymousId,
      boolean clicked,
      long occurredAtMillis,
      Map<String, @Nullable Object> details)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return person == null ? List.of() : List.of(person);
    }

    @Override
    public String laneKey() {
      return person != null ? person.key() : anonymousId == null ? "" : anonymousId;
    }
  }

  /**
   * Sends one message an application asks for (app-messaging §2). Somebody unknown is created.
   *
   * @param deliveryId as the caller was told
   * @param createdAtMillis when it was asked for, as the caller was told
   * @param transactionalId number of the transactional message
   * @param sendAtMillis not before this instant, Unix milliseconds; 0: at once
   * @param draft kept for a human, never sent by itself
   * @param forgotten what was sent is not kept
   * @param request {@link dev.carillon.delivery.SendRequest} as JSON
   * @param key what makes the call the same when it is sent again, 32 bytes
   * @param sameForMillis how far back another call with this key makes this one a repeat, which
   *     does nothing; 0: it is none
   */
  record Send(
      WorkspaceId workspace,
      Identifier person,
      long deliveryId,
      long createdAtMillis,
      int transactionalId,
      long sendAtMillis,
      boolean draft,
      boolean forgotten,
      String request,
      byte[] key,
      long sameForMillis)
      implements Operation {
    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /**
   * What a person decided of senders of text and WhatsApp messages (app-data §2.11).
   *
   * @param choices in order; of one sender the last one holds
   */
  record OptOuts(WorkspaceId workspace, Identifier person, List<Choice> choices)
      implements Operation {
    /** Copies the list. */
    public OptOuts {
      choices = List.copyOf(choices);
    }

    /**
     * One sender.
     *
     * @param optedOut false: messages of the sender are welcome again
     */
    public record Choice(OptOut of, boolean optedOut) {}

    @Override
    public List<Identifier> people() {
      return List.of(person);
    }

    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /**
   * Another operation, applied unless one with the same key was applied in the workspace before, in
   * the days that event ids are remembered (pipelines §4). Events carry a key of their own.
   *
   * @param operation neither an event nor another of these
   * @param key the caller's key against repeats, made different for each operation of a call
   */
  record Once(Operation operation, String key) implements Operation {
    /** Checks what it holds. */
    public Once {
      if (operation instanceof Event || operation instanceof Once) {
        throw new IllegalArgumentException("this has a key of its own: " + operation);
      }
    }

    @Override
    public WorkspaceId workspace() {
      return operation.workspace();
    }

    @Override
    public List<Identifier> people() {
      return operation.people();
    }

    @Override
    public String laneKey() {
      return operation.laneKey();
    }

    @Override
    public String otherLaneKey() {
      return operation.otherLaneKey();
    }
  }
}
