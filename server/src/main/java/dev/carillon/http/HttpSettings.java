package dev.carillon.http;

import java.time.Duration;

/**
 * How the server listens and what it bounds.
 *
 * @param host address to bind, such as {@code 127.0.0.1}
 * @param port 0 = any free port
 * @param maxConnections open connections; further ones wait in the kernel's backlog of 1,024
 * @param maxRequestLineBytes method, path and query together; longer → 414
 * @param maxHeaderBytes all request headers together; longer → 400
 * @param maxBodyBytes the longest body any route may ask for, before decompression; longer → 413
 *     and the connection is closed
 * @param receiveTimeout from the request line to the last byte of the body; slower → the connection
 *     is closed without an answer
 * @param idleTimeout how long a kept-alive connection may be silent, and a client may take nothing
 *     of a long answer
 * @param stopTimeout how long {@link HttpServer#close()} waits for requests in flight
 */
public record HttpSettings(
    String host,
    int port,
    int maxConnections,
    int maxRequestLineBytes,
    int maxHeaderBytes,
    int maxBodyBytes,
    Duration receiveTimeout,
    Duration idleTimeout,
    Duration stopTimeout) {

  /** The given address with the default bounds. */
  public static HttpSettings at(String host, int port) {
    return new HttpSettings(
        host,
        port,
        10_000,
        16 * 1024,
        32 * 1024,
        16 * 1024 * 1024,
        Duration.ofSeconds(30),
        Duration.ofSeconds(75),
        Duration.ofSeconds(10));
  }

  /** The same with other time limits. */
  public HttpSettings withTimeouts(Duration receive, Duration idle, Duration stop) {
    return new HttpSettings(
        host,
        port,
        maxConnections,
        maxRequestLineBytes,
        maxHeaderBytes,
        maxBodyBytes,
        receive,
        idle,
        stop);
  }
}
