package dev.carillon.processing;

import dev.carillon.events.EventNames;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.AttributeNames.Scope;
import dev.carillon.people.AttributeNames.Sighting;
import java.util.ArrayList;
import java.util.List;

/** The names of events and attributes that operations bring, for the data index (P-60). */
final class SeenNames {
  private final List<EventNames.Key> events = new ArrayList<>();
  private final List<Sighting> attributes = new ArrayList<>();

  private SeenNames() {}

  /** Takes note of all of them. */
  static void learn(Stores stores, List<OperationBatch.Accepted> operations) {
    var seen = new SeenNames();
    operations.forEach(each -> seen.add(each.operation()));
    stores.names().learn(seen.events);
    stores.attributeNames().learn(seen.attributes);
  }

  private void add(Operation operation) {
    switch (operation) {
      case Operation.Event event ->
          events.add(new EventNames.Key(event.workspace(), event.kind(), event.name()));
      case Operation.Identify call ->
          attributes.add(new Sighting(Scope.people(call.workspace()), call.attributes().keySet()));
      case Operation.ObjectIdentify call -> {
        if (call.object() instanceof ObjectName.OfType(int type, String _)) {
          attributes.add(
              new Sighting(Scope.objects(call.workspace(), type), call.attributes().keySet()));
        }
      }
      case Operation.Relate call -> {
        if (call.add() && call.object() instanceof ObjectName.OfType(int type, String _)) {
          attributes.add(
              new Sighting(
                  Scope.relationships(call.workspace(), type), call.attributes().keySet()));
        }
      }
      case Operation.Once once -> add(once.operation());
      case Operation.Delete _,
          Operation.Erase _,
          Operation.Suppress _,
          Operation.Unsuppress _,
          Operation.Merge _,
          Operation.DeviceUpdate _,
          Operation.DeviceRemoval _,
          Operation.ObjectDelete _,
          Operation.Membership _,
          Operation.OptOuts _,
          Operation.Send _,
          Operation.DeliveryReport _,
          Operation.Unsubscribe _,
          Operation.ContentReport _ -> {
        // Nothing of it has a name that is indexed.
      }
    }
  }
}
