package dev.carillon.api.hooks;

import dev.carillon.delivery.LinkTokens.InMail;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.people.Survivors;
import dev.carillon.store.Database;
import java.util.List;
import java.util.Optional;

/** Finds who a mail went to, also after the delivery has aged away (U-21). */
final class Readers {
  private static final int LONGEST_CHAIN = 100;

  private final Database database;
  private final PeopleQueries people;
  private final Survivors survivors = new Survivors();

  Readers(Database database, PeopleQueries people) {
    this.database = database;
    this.people = people;
  }

  /** The original recipient (U-24), or who that was merged into; empty when the person is gone. */
  Optional<Person> of(InMail mail) {
    var personId = mail.person();
    for (var step = 0; step < LONGEST_CHAIN; step++) {
      var found = people.find(mail.workspace(), identifier(personId));
      if (found.isPresent()) {
        return found;
      }
      var gone = personId;
      var survivor = database.read(handle -> survivors.of(handle, List.of(gone))).get(gone);
      if (survivor == null) {
        return Optional.empty();
      }
      personId = survivor;
    }
    return Optional.empty();
  }

  /** What names a person whatever else changes. */
  static Identifier identifier(long personId) {
    return Identifier.cioId(CioId.of(personId));
  }
}
