package dev.carillon.people.search;

import java.util.Map;
import java.util.Set;

/**
 * A person as a search looks at it.
 *
 * @param attributes name → String, Long, Double, Boolean, List or Map; identifiers included
 * @param segments those of the segments the filter asks about that the person is in
 */
record Candidate(long personId, Map<String, Object> attributes, Set<Integer> segments) {}
