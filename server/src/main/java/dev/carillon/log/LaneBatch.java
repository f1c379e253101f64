package dev.carillon.log;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Operations read from the log for one processor, in the order to apply them.
 *
 * @param entries may be empty although the positions moved: blocks of other lanes were stepped over
 * @param reached per stream, the last block this batch covers; and where it ends inside the next
 *     one, as {@link LanePositions} keeps it
 * @param groups the lane groups whose stored positions have to move with the batch: those that
 *     occur in the entries, and those that others wait for
 * @param more whether the log held more than was read
 * @param standing when the operation was accepted at which the batch ends because it is another
 *     reader's turn; null when it does not
 * @param met whether readers of other lanes may have been waiting for this
 */
public record LaneBatch(
    List<LogEntry> entries,
    Map<Integer, Long> reached,
    Set<Integer> groups,
    boolean more,
    @Nullable Instant standing,
    boolean met) {}
