package dev.carillon.processing;

import dev.carillon.campaigns.JourneyRepository;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.computed.TallyRepository;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.events.AnonymousRepository;
import dev.carillon.events.EventNames;
import dev.carillon.events.EventRepository;
import dev.carillon.log.IdRanges;
import dev.carillon.objects.AnonymousRelationshipRepository;
import dev.carillon.objects.ObjectRepository;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.objects.RelationshipRepository;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.Belongings;
import dev.carillon.people.DeviceRepository;
import dev.carillon.people.MergerRepository;
import dev.carillon.people.PeopleRepository;
import dev.carillon.people.Suppressions;
import dev.carillon.privacy.ErasureRepository;
import dev.carillon.reporting.ActivityRepository;
import dev.carillon.segments.MembershipRepository;
import dev.carillon.subscriptions.OptOutRepository;
import dev.carillon.webhooks.ReportingEvents;

/** Where batches read and write, and the source of new numbers. */
public record Stores(
    PeopleRepository people,
    Suppressions suppressions,
    ErasureRepository erasures,
    MergerRepository mergers,
    Belongings belongings,
    DeviceRepository devices,
    ObjectTypes objectTypes,
    ObjectRepository objects,
    RelationshipRepository relationships,
    AnonymousRelationshipRepository anonymousRelationships,
    EventRepository events,
    EventNames names,
    AttributeNames attributeNames,
    AnonymousRepository anonymous,
    MembershipRepository memberships,
    TallyRepository tallies,
    ComputedAttributes computed,
    JourneyRepository journeys,
    DeliveryRepository deliveries,
    ActivityRepository activity,
    OptOutRepository optOuts,
    ReportingEvents reporting,
    IdRanges ids) {}
