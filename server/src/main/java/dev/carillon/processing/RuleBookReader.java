package dev.carillon.processing;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.github.benmanes.caffeine.cache.Cache;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.campaigns.CampaignState;
import dev.carillon.campaigns.CompiledCampaign;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.computed.ComputedAttribute;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.delivery.Metric;
import dev.carillon.events.Counter;
import dev.carillon.events.EventKind;
import dev.carillon.events.NamePattern;
import dev.carillon.processing.EventIndex.ByPattern;
import dev.carillon.processing.EventIndex.Seen;
import dev.carillon.processing.RuleBook.ComputedRule;
import dev.carillon.processing.RuleBook.CounterRule;
import dev.carillon.processing.RuleBook.EventName;
import dev.carillon.processing.RuleBook.EventRules;
import dev.carillon.processing.RuleBook.MessageRules;
import dev.carillon.processing.RuleBook.Rules;
import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.segments.CompiledCondition;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.CounterRepository.Stored;
import dev.carillon.segments.CounterSpec.Subject;
import dev.carillon.segments.Facts;
import dev.carillon.segments.SegmentRanks;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.segments.Surroundings;
import dev.carillon.segments.TermsRepository;
import dev.carillon.webhooks.ReportingWebhooks;
import dev.carillon.workspaces.WorkspaceId;
import dev.carillon.workspaces.WorkspaceSettingsRepository;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads everything that can react and arranges it by what wakes it; and the settings. */
public final class RuleBookReader {
  private final SegmentRepository segments;
  private final CampaignRepository campaigns;
  private final CounterRepository counters;
  private final TermsRepository terms;
  private final ComputedAttributes computed;
  private final WorkspaceSettingsRepository settings = new WorkspaceSettingsRepository();

  /** Reads through these repositories. */
  public RuleBookReader(
      SegmentRepository segments,
      CampaignRepository campaigns,
      CounterRepository counters,
      ComputedAttributes computed) {
    this.segments = segments;
    this.campaigns = campaigns;
    this.counters = counters;
    this.computed = computed;
    this.terms = new TermsRepository(counters);
  }

  RuleBook read(Handle handle, long version) {
    var drafts = new HashMap<WorkspaceId, Draft>();
    for (var counter : counters.all(handle)) {
      if (counter.used()) {
        draft(drafts, counter.workspace()).add(counter);
      }
    }
    var live = segments.live(handle);
    var ranks = SegmentRanks.of(live);
    for (var each : live) {
      var rule =
          new SegmentRule(
              each.segmentId(),
              each.condition(),
              ranks.getOrDefault(each.segmentId(), 0),
              each.building(),
              each.before());
      draft(drafts, each.workspace()).add(rule);
    }
    segments
        .manual(handle)
        .forEach((workspace, ids) -> draft(drafts, workspace).manual.addAll(ids));
    var all = terms.all(handle);
    for (var campaign : campaigns.live(handle)) {
      draft(drafts, campaign.workspace())
          .add(CompiledCampaign.compile(campaign, all.of(campaign.workspace())));
    }
    for (var attribute : computed.all(handle)) {
      draft(drafts, attribute.workspace()).add(attribute);
    }
    var workspaces = new HashMap<WorkspaceId, Rules>();
    var memory = EventIndex.memory();
    drafts.forEach((workspace, draft) -> workspaces.put(workspace, draft.rules(memory)));
    return new RuleBook(
        version,
        Map.copyOf(workspaces),
        Map.copyOf(settings.all(handle)),
        Map.copyOf(ReportingWebhooks.asked(handle)));
  }

  private static Draft draft(Map<WorkspaceId, Draft> drafts, WorkspaceId workspace) {
    return drafts.computeIfAbsent(workspace, _ -> new Draft());
  }

  /** The rules of one workspace while they are arranged. */
  private static final class Draft {
    private final Map<Integer, Stored> counters = new LinkedHashMap<>();
    private final Map<Integer, List<SegmentRule>> byCounter = new HashMap<>();
    private final Map<EventName, List<CompiledCampaign>> campaignsByEvent = new HashMap<>();
    private final Map<String, List<SegmentRule>> byAttribute = new HashMap<>();
    private final Map<Integer, List<SegmentRule>> bySegment = new HashMap<>();
    private final List<SegmentRule> forNobody = new ArrayList<>();
    private final Map<Integer, SegmentRule> segments = new HashMap<>();
    private final Set<Integer> manual = new HashSet<>();
    private final Map<Integer, List<CompiledCampaign>> onEntry = new HashMap<>();
    private final Map<Integer, CompiledCampaign> campaigns = new HashMap<>();
    private final Map<Integer, ComputedRule> computed = new HashMap<>();
    private final Map<EventName, List<ComputedRule>> computedByEvent = new HashMap<>();

    private void add(Stored counter) {
      counters.put(counter.counterId(), counter);
    }

    private void add(SegmentRule segment) {
      segments.put(segment.segmentId(), segment);
      var wakes = segment.wakes();
      wakes
          .attributes()
          .forEach(name -> byAttribute.computeIfAbsent(name, _ -> new ArrayList<>()).add(segment));
      wakes
          .segments()
          .forEach(id -> bySegment.computeIfAbsent(id, _ -> new ArrayList<>()).add(segment));
      wakes
          .counters()
          .forEach(id -> byCounter.computeIfAbsent(id, _ -> new ArrayList<>()).add(segment));
      if (holdsForNobody(segment.condition())) {
        forNobody.add(segment);
      }
    }

    private void add(CompiledCampaign campaign) {
      campaigns.put(campaign.id(), campaign);
      if (campaign.campaign().state() != CampaignState.RUNNING) {
        return;
      }
      switch (campaign.trigger()) {
        case TriggerRule.EventTrigger(var kind, var name, _) ->
            campaignsByEvent
                .computeIfAbsent(new EventName(kind, name), _ -> new ArrayList<>())
                .add(campaign);
        case TriggerRule.SegmentTrigger(var segmentId) ->
            onEntry.computeIfAbsent(segmentId, _ -> new ArrayList<>()).add(campaign);
      }
    }

    private void add(ComputedAttribute attribute) {
      var definition = attribute.definition();
      var withdrawn = attribute.state() == ComputedAttribute.State.WITHDRAWING;
      var rule = new ComputedRule(attribute.id(), definition, attribute.shown(), withdrawn);
      computed.put(attribute.id(), rule);
      if (!withdrawn) {
        computedByEvent
            .computeIfAbsent(
                new EventName(definition.kind(), definition.event()), _ -> new ArrayList<>())
            .add(rule);
      }
    }

    private Rules rules(Cache<Seen, EventRules> memory) {
      return new Rules(
          events(memory),
          messages(),
          counters.values().stream().collect(toUnmodifiableMap(Stored::counterId, Stored::spec)),
          Map.copyOf(byAttribute),
          Map.copyOf(bySegment),
          List.copyOf(forNobody),
          Map.copyOf(segments),
          Set.copyOf(manual),
          Map.copyOf(onEntry),
          Map.copyOf(campaigns),
          SurroundingRules.of(segments.values(), bySegment, onEntry, campaigns.values()),
          Map.copyOf(computed),
          computed.values().stream()
              .filter(rule -> rule.shown() && rule.definition().computation().window() != null)
              .collect(toUnmodifiableMap(rule -> rule.definition().name(), rule -> rule)));
    }

    private EventIndex events(Cache<Seen, EventRules> memory) {
      var byName = new HashMap<EventName, List<Stored>>();
      var byPattern = new HashMap<EventName, List<Stored>>();
      for (var counter : counters.values()) {
        if (counter.spec().subject() instanceof Subject.Events events) {
          (events.isPattern() ? byPattern : byName)
              .computeIfAbsent(new EventName(events.kind(), events.name()), _ -> new ArrayList<>())
              .add(counter);
        }
      }
      var names = new LinkedHashSet<>(byName.keySet());
      names.addAll(campaignsByEvent.keySet());
      names.addAll(computedByEvent.keySet());
      var rules = new HashMap<EventName, EventRules>();
      for (var name : names) {
        rules.put(
            name,
            rules(
                byName.getOrDefault(name, List.of()),
                campaignsByEvent.getOrDefault(name, List.of()),
                computedByEvent.getOrDefault(name, List.of())));
      }
      var patterns = new EnumMap<EventKind, List<ByPattern>>(EventKind.class);
      byPattern.forEach((name, counted) ->
          patterns
              .computeIfAbsent(name.kind(), _ -> new ArrayList<>())
              .add(
                  new ByPattern(
                      NamePattern.of(name.name()), rules(counted, List.of(), List.of()))));
      return new EventIndex(rules, patterns, memory);
    }

    private EventRules rules(
        List<Stored> counted, List<CompiledCampaign> started, List<ComputedRule> summed) {
      var woken = new LinkedHashSet<SegmentRule>();
      var rules = new ArrayList<CounterRule>();
      for (var counter : counted) {
        woken.addAll(byCounter.getOrDefault(counter.counterId(), List.of()));
        if (counter.spec().subject() instanceof Subject.Events events) {
          rules.add(new CounterRule(counter.counterId(), events.where(), counter.spec()));
        }
      }
      return new EventRules(
          List.copyOf(rules), List.copyOf(woken), List.copyOf(started), List.copyOf(summed));
    }

    private MessageRules messages() {
      var counted = new ArrayList<Stored>();
      var woken = new HashMap<Integer, List<SegmentRule>>();
      var metrics = EnumSet.noneOf(Metric.class);
      for (var counter : counters.values()) {
        if (counter.spec().subject() instanceof Subject.Messages(var filter)) {
          counted.add(counter);
          Metric.ofWire(filter.metric().wire()).ifPresent(metrics::add);
          var readers = byCounter.get(counter.counterId());
          if (readers != null) {
            woken.put(counter.counterId(), List.copyOf(readers));
          }
        }
      }
      return new MessageRules(List.copyOf(counted), Map.copyOf(woken), Set.copyOf(metrics));
    }
  }

  private static boolean holdsForNobody(CompiledCondition condition) {
    return condition.samples()
        || condition.matches(
            new Facts() {
              @Override
              public Instant now() {
                return Instant.EPOCH;
              }

              @Override
              public @Nullable Object attribute(String name) {
                return null;
              }

              @Override
              public Counter counter(int counterId) {
                return Counter.NONE;
              }

              @Override
              public boolean inSegment(int segmentId) {
                return false;
              }

              @Override
              public long personId() {
                return 0;
              }

              @Override
              public Surroundings surroundings() {
                return Surroundings.NONE;
              }
            });
  }
}
