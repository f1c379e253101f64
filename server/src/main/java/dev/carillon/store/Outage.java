package dev.carillon.store;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jdbi.v3.core.CloseException;
import org.jdbi.v3.core.ConnectionException;
import org.jspecify.annotations.Nullable;

/** Tells a database that is away from a statement that is wrong. */
public final class Outage {
  private Outage() {}

  /**
   * Whether this failed because the database is away or the connection is of no use any more: what
   * was asked for was not wrong, and is worth trying again on another connection. The statement may
   * or may not have been carried out.
   */
  public static boolean caused(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof ConnectionException
          || each instanceof CloseException
          || each instanceof SQLTransientConnectionException) {
        return true;
      }
      var state = state(each);
      if (state != null
          && (state.startsWith("08")
              || state.startsWith("57P")
              || state.equals("25P02")
              || state.startsWith("53"))) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable String state(Throwable failure) {
    return failure instanceof SQLException sql ? sql.getSQLState() : null;
  }
}
