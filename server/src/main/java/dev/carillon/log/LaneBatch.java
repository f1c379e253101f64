package dev.carillon.log;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Operations read from the log for one processor, in the order to apply them.
 *
 * @param entries may be empty although the positions moved: blocks of other lanes were stepped over
 * @param reached per stream, the last block this batch covers
 * @param groups the lane groups that occur in the entries; only their stored positions have to move
 *     with the batch
 * @param more whether the log held more than was read
 */
public record LaneBatch(
    List<LogEntry> entries, Map<Integer, Long> reached, Set<Integer> groups, boolean more) {}
