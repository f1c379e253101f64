@NullMarked
package dev.carillon.api.pipelines;

import org.jspecify.annotations.NullMarked;
