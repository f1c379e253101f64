package dev.carillon.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Six weeks in the life of a small shop, ending now: the same people in every run, who do the same
 * things at the same distance from now.
 *
 * @param people in the order they signed up
 * @param happenings in the order of time; only those of the last 72 hours may trigger campaigns
 */
record ShopStory(List<Shopper> people, List<Happening> happenings) {
  private static final int PEOPLE = 300;
  private static final int HAPPENINGS = 3_000;
  private static final long SEED = 20_260;
  private static final Duration SPAN = Duration.ofDays(42);
  private static final Duration LAST_DAYS = Duration.ofHours(70);

  private static final List<String> FIRST =
      List.of(
          "Ada", "Bela", "Chidi", "Dana", "Elif", "Farid", "Greta", "Hana", "Ines", "Jonas", "Kofi",
          "Lena", "Mina", "Noor", "Oskar", "Priya", "Rosa", "Sven", "Tomas", "Yuki");
  private static final List<String> LAST =
      List.of(
          "Abe", "Berger", "Costa", "Dubois", "Eriksen", "Fofana", "Garcia", "Haddad", "Ito",
          "Jansen", "Kaya", "Lopez", "Moreau", "Novak", "Okafor", "Patel", "Rossi", "Silva",
          "Tanaka", "Weber");
  private static final List<String> COUNTRIES =
      List.of("DE", "FR", "ES", "JP", "NG", "SE", "BR", "IN");
  private static final List<String> PLANS = List.of("free", "free", "free", "plus", "plus", "pro");

  private static final List<Product> PRODUCTS =
      List.of(
          new Product("reading lamp", 39),
          new Product("wool blanket", 65),
          new Product("teapot", 28),
          new Product("desk fan", 44),
          new Product("garden chair", 89),
          new Product("coffee grinder", 52),
          new Product("picture frame", 17),
          new Product("bread knife", 23));

  private record Product(String name, int euros) {}

  /** Somebody who shops. */
  record Shopper(String id, String firstName, Instant signedUp, Map<String, Object> attributes) {}

  /** Something a shopper did. */
  record Happening(String person, String name, Instant at, Map<String, Object> data) {}

  /** Copies the lists. */
  ShopStory {
    people = List.copyOf(people);
    happenings = List.copyOf(happenings);
  }

  /** The story as told at this instant. */
  static ShopStory endingAt(Instant now) {
    var random = new Random(SEED);
    var people = new ArrayList<Shopper>();
    for (var number = 1; number <= PEOPLE; number++) {
      people.add(shopper(number, now, random));
    }
    people.sort(Comparator.comparing(Shopper::signedUp));
    var happenings = new ArrayList<Happening>();
    for (var person : people) {
      happenings.add(
          new Happening(person.id(), "signed_up", person.signedUp(), Map.of("plan", plan(person))));
    }
    while (happenings.size() < HAPPENINGS) {
      shop(people.get(random.nextInt(PEOPLE)), now, random, happenings);
    }
    happenings.subList(HAPPENINGS, happenings.size()).clear();
    happenings.sort(Comparator.comparing(Happening::at));
    return new ShopStory(people, happenings);
  }

  private static Object plan(Shopper person) {
    return person.attributes().getOrDefault("plan", "free");
  }

  private static Shopper shopper(int number, Instant now, Random random) {
    var first = pick(FIRST, random);
    var last = pick(LAST, random);
    var id = "shopper-%03d".formatted(number);
    var signedUp = now.minusSeconds((long) (random.nextDouble() * SPAN.toSeconds()) + 60);
    var attributes = new LinkedHashMap<String, Object>();
    attributes.put("email", "%s.%s.%d@shop.example".formatted(lower(first), lower(last), number));
    attributes.put("first_name", first);
    attributes.put("last_name", last);
    attributes.put("plan", pick(PLANS, random));
    attributes.put("country", pick(COUNTRIES, random));
    attributes.put("created_at", signedUp.getEpochSecond());
    return new Shopper(id, first, signedUp, attributes);
  }

  /** Looks at some products, maybe fills the cart, maybe orders. */
  private static void shop(Shopper person, Instant now, Random random, List<Happening> happenings) {
    var age = Duration.between(person.signedUp(), now).toSeconds();
    // Whoever signed up lately comes often: a third of all visits belong to the last three days.
    var reach = random.nextInt(3) == 0 ? Math.min(age, LAST_DAYS.toSeconds()) : age;
    var at = now.minusSeconds(Math.max(10, (long) (random.nextDouble() * reach)));
    var product = pick(PRODUCTS, random);
    for (var views = 1 + random.nextInt(4); views > 0; views--) {
      product = pick(PRODUCTS, random);
      at = later(at, 20 + random.nextInt(120), now);
      happenings.add(
          new Happening(person.id(), "viewed_product", at, Map.of("item", product.name)));
    }
    if (random.nextInt(3) == 0) {
      at = later(at, 30, now);
      var data = new LinkedHashMap<String, Object>();
      data.put("item", product.name);
      data.put("price", product.euros);
      happenings.add(new Happening(person.id(), "added_to_cart", at, data));
      if (random.nextInt(5) < 3) {
        data = new LinkedHashMap<>(data);
        data.put("order_id", "order-%06d".formatted(random.nextInt(1_000_000)));
        happenings.add(new Happening(person.id(), "ordered", later(at, 90, now), data));
      }
    }
  }

  private static Instant later(Instant at, int seconds, Instant now) {
    var later = at.plusSeconds(seconds);
    return later.isBefore(now) ? later : now;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static <T> T pick(List<T> choices, Random random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
