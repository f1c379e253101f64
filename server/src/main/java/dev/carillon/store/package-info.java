/** PostgreSQL: pool and dedicated connections, the embedded server, migrations. */
@NullMarked
package dev.carillon.store;

import org.jspecify.annotations.NullMarked;
