package dev.carillon.demo;

import java.net.URI;

/**
 * The server that the demo talks to, and the keys of the workspace it fills.
 *
 * @param url base URL, with or without a slash at the end
 * @param siteId Track API site id
 * @param trackKey Track API key
 * @param appKey App API key
 */
public record DemoTarget(URI url, String siteId, String trackKey, String appKey) {
  /** Drops the slash at the end of the URL. */
  public DemoTarget {
    var text = url.toString();
    url = text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
  }

  /** Keeps the keys out of logs. */
  @Override
  public String toString() {
    return "DemoTarget[url=" + url + ", keys=***]";
  }
}
