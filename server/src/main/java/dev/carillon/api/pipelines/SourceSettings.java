package dev.carillon.api.pipelines;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings browsers and apps fetch before they send anything (pipelines §9). They decide where
 * calls go: without {@code apiHost} and {@code metrics} a browser would send them to the vendor.
 */
final class SourceSettings {
  private SourceSettings() {}

  /**
   * The settings of a source.
   *
   * @param writeKey as the client knows it; it comes back in the body of each call
   * @param publicUrl where clients reach this server, such as {@code https://cio.example.test}
   */
  static Map<String, Object> of(String writeKey, String publicUrl) {
    var url = URI.create(publicUrl);
    var apiHost = url.getRawAuthority() + "/v1";
    var pipelines = new LinkedHashMap<String, Object>();
    pipelines.put("apiKey", writeKey);
    pipelines.put("apiHost", apiHost);
    pipelines.put("protocol", url.getScheme());
    pipelines.put("unbundledIntegrations", List.of());
    pipelines.put("addBundledMetadata", true);
    pipelines.put("maybeBundledConfigIds", Map.of());
    pipelines.put("versionSettings", versionSettings());
    pipelines.put("retryQueue", true);

    var settings = new LinkedHashMap<String, Object>();
    settings.put("integrations", Map.of("Customer.io Data Pipelines", pipelines));
    settings.put("plan", plan());
    settings.put("edgeFunction", Map.of());
    settings.put("analyticsNextEnabled", true);
    settings.put("middlewareSettings", Map.of());
    settings.put("enabledMiddleware", Map.of());
    settings.put("metrics", metrics(apiHost));
    settings.put("legacyVideoPluginsEnabled", false);
    settings.put("remotePlugins", List.of());
    return settings;
  }

  private static Map<String, Object> versionSettings() {
    var versions = new LinkedHashMap<String, Object>();
    versions.put("version", "4.4.7");
    versions.put("componentTypes", List.of("browser"));
    return versions;
  }

  private static Map<String, Object> plan() {
    var track = new LinkedHashMap<String, Object>();
    track.put("enabled", true);
    track.put("integrations", Map.of());
    var plan = new LinkedHashMap<String, Object>();
    plan.put("track", Map.of("__default", track));
    plan.put("identify", Map.of("__default", Map.of("enabled", true)));
    plan.put("group", Map.of("__default", Map.of("enabled", true)));
    return plan;
  }

  private static Map<String, Object> metrics(String apiHost) {
    var metrics = new LinkedHashMap<String, Object>();
    metrics.put("sampleRate", 0);
    metrics.put("host", apiHost);
    return metrics;
  }
}
