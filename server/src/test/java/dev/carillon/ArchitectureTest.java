package dev.carillon;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * Keeps the rooms of docs/ARCHITECTURE.md apart: edges use features, features use the platform, the
 * root uses everything, and nothing points upwards or in a circle.
 */
class ArchitectureTest {

  private static final String ROOT = "dev.carillon";

  /** The kinds of rooms, with the rooms of each. */
  private enum Kind {
    /** Stands alone: knows nothing of ours but its own room. */
    LIBRARY("liquid", "demo"),
    PLATFORM("store", "log", "http"),
    FEATURE(
        "people",
        "events",
        "objects",
        "segments",
        "campaigns",
        "broadcasts",
        "messages",
        "delivery",
        "subscriptions",
        "reporting",
        "webhooks",
        "workspaces",
        "computed",
        "forms",
        "privacy",
        "processing"),
    /** What edges share of their wire forms. */
    WIRE("api.wire"),
    EDGE("api.track", "api.pipelines", "api.app", "api.manage", "api.hooks", "console", "mcp"),
    /** The composition root, and the only place that may use everything. */
    COMPOSITION("");

    private final List<String> rooms;

    Kind(String... rooms) {
      this.rooms = List.of(rooms);
    }

    boolean mayUse(Kind other) {
      return switch (this) {
        case LIBRARY -> false;
        case PLATFORM -> other == LIBRARY || other == PLATFORM;
        case FEATURE -> other == LIBRARY || other == PLATFORM || other == FEATURE;
        case WIRE -> other == LIBRARY || other == PLATFORM || other == FEATURE;
        case EDGE -> other != EDGE && other != COMPOSITION;
        case COMPOSITION -> true;
      };
    }
  }

  /** A room and its kind. */
  private record Room(Kind kind, String name) {

    /**
     * The room of a package; inner packages belong to their room. Absent for a package that no room
     * is known for.
     */
    static Optional<Room> of(String packageName) {
      String relative = packageName.equals(ROOT) ? "" : packageName.substring(ROOT.length() + 1);
      return Stream.of(Kind.values())
          .flatMap(kind -> kind.rooms.stream().map(name -> new Room(kind, name)))
          .filter(room -> room.holds(relative))
          .findFirst();
    }

    private boolean holds(String relative) {
      return relative.equals(name) || (!name.isEmpty() && relative.startsWith(name + "."));
    }

    boolean mayUse(Room other) {
      return equals(other) || kind.mayUse(other.kind);
    }
  }

  private static final Pattern VAGUE_NAME =
      Pattern.compile("(.*(Utils?|Helper|Manager|Impl))|(Abstract.*)");

  private final JavaClasses ours =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void shouldFindOurClasses() {
    assertThat(ours.contain(Main.class)).isTrue();
    assertThat(ours.contain(ArchitectureTest.class)).isFalse();
  }

  @Test
  void shouldKnowTheRoomOfEveryPackage() {
    var unknown = packages().stream().filter(each -> Room.of(each).isEmpty()).toList();
    assertThat(unknown)
        .as("packages to be named in this test and in docs/ARCHITECTURE.md")
        .isEmpty();
  }

  @Test
  void shouldPointDownwardsOnly() {
    var wrong =
        ours.stream()
            .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
            .filter(ArchitectureTest::isWrong)
            .sorted(Comparator.comparing(Dependency::getDescription))
            .map(Dependency::getDescription)
            .collect(joining("\n"));
    assertThat(wrong).as("imports that cross rooms in a forbidden direction").isEmpty();
  }

  @Test
  void shouldHaveNoCyclesBetweenPackages() {
    SlicesRuleDefinition.slices()
        .matching(ROOT + ".(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(ours);
  }

  @Test
  void shouldMarkEveryPackageAsFreeOfNull() {
    var unmarked = packages().stream().filter(each -> !isNullMarked(each)).toList();
    assertThat(unmarked).as("packages without a package-info that carries @NullMarked").isEmpty();
  }

  @Test
  void shouldGiveClassesNamesThatSaySomething() {
    var vague =
        ours.stream()
            .filter(each -> VAGUE_NAME.matcher(each.getSimpleName()).matches())
            .map(JavaClass::getName)
            .toList();
    assertThat(vague).as("classes whose names do not say what they do").isEmpty();
  }

  @Test
  void shouldTellAllowedFromForbiddenDirections() {
    assertThat(mayUse("api.track", "people")).isTrue();
    assertThat(mayUse("segments", "people")).isTrue();
    assertThat(mayUse("people", "store")).isTrue();
    assertThat(mayUse("store.embedded", "store")).isTrue();
    assertThat(mayUse("messages", "liquid")).isTrue();
    assertThat(mayUse("api.pipelines", "api.wire")).isTrue();
    assertThat(mayUse("api.wire", "people")).isTrue();
    assertThat(mayUse("api.wire", "api.track")).isFalse();
    assertThat(mayUse("people", "api.wire")).isFalse();
    assertThat(mayUse("api.track", "api.app")).isFalse();
    assertThat(mayUse("people", "api.track")).isFalse();
    assertThat(mayUse("store", "people")).isFalse();
    assertThat(mayUse("liquid", "store")).isFalse();
    assertThat(Room.of(ROOT + ".people").orElseThrow().mayUse(Room.of(ROOT).orElseThrow()))
        .isFalse();
    assertThat(Room.of(ROOT + ".attic")).isEmpty();
  }

  private static boolean mayUse(String from, String to) {
    return Room.of(ROOT + "." + from).orElseThrow().mayUse(Room.of(ROOT + "." + to).orElseThrow());
  }

  private static boolean isWrong(Dependency dependency) {
    String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
    if (!target.equals(ROOT) && !target.startsWith(ROOT + ".")) {
      return false;
    }
    var from = Room.of(dependency.getOriginClass().getPackageName());
    var to = Room.of(target);
    return from.isPresent() && to.isPresent() && !from.get().mayUse(to.get());
  }

  private Set<String> packages() {
    var names = new TreeSet<String>();
    ours.forEach(each -> names.add(each.getPackageName()));
    return names;
  }

  private static boolean isNullMarked(String packageName) {
    try {
      return Class.forName(packageName + ".package-info").isAnnotationPresent(NullMarked.class);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
