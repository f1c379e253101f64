package dev.carillon.liquid;

/**
 * Text in quotes with outputs inside, such as {@code "https://x.test/{{ customer.id }}"}; read only
 * where a tag allows it.
 */
record InnerText(Template template) implements Expression {
  @Override
  public Object evaluate(Rendering rendering) {
    return rendering.capture(template.root()).text();
  }
}
