package dev.carillon.messages;

import static org.assertj.core.api.Assertions.assertThat;

import org.jsoup.Jsoup;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Style sheets move to the elements (journeys §5.4, CSS inlining). */
class CssInlinerTest {

  private static String style(String css, String body) {
    return Jsoup.parse(CssInliner.inline("<style>" + css + "</style>" + body))
        .select("[data-x]")
        .getFirst()
        .attr("style");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "p{color:red} | <p data-x>a</p> | color: red;",
        "p{color:red} p{color:blue} | <p data-x>a</p> | color: blue;",
        ".a{color:red} p{color:blue} | <p data-x class=a>a</p> | color: red;",
        "#i{color:red} .a.b{color:blue} | <p data-x id=i class='a b'>a</p> | color: red;",
        "p{color:red} | <p data-x style='color:green'>a</p> | color: green;",
        "p{color:red!important} | <p data-x style='color:green'>a</p> | color: red;",
        "p{color:red!important} #i{color:blue} | <p data-x id=i>a</p> | color: red;",
        "div > p.a{margin:0 auto} | <div><p data-x class=a>a</p></div> | margin: 0 auto;",
        "p{margin-top:1px} .a{margin:0} | <p data-x class=a>a</p> | margin-top: 1px; margin: 0;",
        "p{color:red;width:1px} | <p data-x style='width:2px;height:3px'>a</p> | color: red; width: 2px; height: 3px;",
        "a, p{color:red} | <p data-x>a</p> | color: red;",
        "p{background:url(https://x.test/a.png)} | <p data-x>a</p> | background: url(https://x.test/a.png);",
        "p{font-family:\"Open Sans\", serif} | <p data-x>a</p> | 'font-family: \"Open Sans\",serif;'",
      })
  @DisplayName("the stronger declaration wins, as in a browser")
  void cascades(String css, String body, String expected) {
    assertThat(style(css, body)).isEqualTo(expected);
  }

  @Test
  @DisplayName("what no element can hold stays in the sheet")
  void keepsTheRest() {
    var html =
        CssInliner.inline(
            "<style>p{color:red} a:hover, b{color:blue} @media (max-width:600px){p{width:100%!important}}"
                + " @font-face{font-family:X;src:url(x.woff)}</style><p>a</p><b>c</b>");
    var document = Jsoup.parse(html);
    var sheet = document.select("style").getFirst().data();
    assertThat(sheet).contains("a:hover", "@media", "100%", "@font-face").doesNotContain("red");
    assertThat(document.select("p").getFirst().attr("style")).isEqualTo("color: red;");
    assertThat(document.select("b").getFirst().attr("style")).isEqualTo("color: blue;");
  }

  @Test
  @DisplayName("a sheet that is used up goes; others are left alone")
  void leavesOthers() {
    assertThat(CssInliner.inline("<style>p{color:red}</style><p>a</p>")).doesNotContain("<style");
    assertThat(CssInliner.inline("<style media=print>p{color:red}</style><p>a</p>"))
        .contains("p{color:red}", "<p>a</p>");
    assertThat(CssInliner.inline("<style data-embed>p{color:red}</style><p>a</p>"))
        .contains("p{color:red}", "<p>a</p>");
  }

  @Test
  @DisplayName("a mail without sheets is not touched, whatever its form")
  void leavesPlain() {
    var odd = "<p>a<br/>b  &nbsp; <unknown x=y>é";
    assertThat(CssInliner.inline(odd)).isSameAs(odd);
  }

  @Test
  @DisplayName("what is no CSS neither fails nor is lost")
  void survivesNonsense() {
    for (var css :
        new String[] {"}}}{", "p{color", "@media{", "p:is(((){}", "<!-- x -->", "p{color:;}"}) {
      assertThat(CssInliner.inline("<style>" + css + "</style><p>a</p>")).contains("<p", "a</p>");
    }
    var many = "<p class=c>x</p>".repeat(5_000);
    var css = ".c{color:red}".repeat(4_000);
    assertThat(CssInliner.inline("<style>" + css + "</style>" + many)).contains(css);
  }

  @Test
  @DisplayName("what is nested without measure neither fails nor is lost")
  void survivesDepth() {
    for (var css :
        new String[] {
          "@media all{".repeat(50_000),
          "p{width:" + "calc(1px + ".repeat(50_000),
          ":not(".repeat(50_000) + "p" + ")".repeat(50_000) + "{color:red}",
          "p{color:red}" + "(".repeat(50_000)
        }) {
      assertThat(CssInliner.inline("<style>" + css + "</style><p>a</p>")).contains("<p", "a</p>");
    }
    var own = "calc(".repeat(50_000);
    assertThat(CssInliner.inline("<style>p{color:red}</style><p style='width:" + own + "'>a</p>"))
        .contains(own, "a</p>");
  }

  @Test
  @DisplayName("text, entities and comments for single programs stay as they were")
  void keepsContent() {
    var html =
        CssInliner.inline(
            "<!DOCTYPE html><html><head><style>p{color:red}</style></head><body>"
                + "<!--[if mso]><table><![endif]--><p>1 &lt; 2 &amp; ü 🎈</p><pre> a\n  b</pre></body></html>");
    assertThat(html)
        .startsWith("<!doctype html>")
        .contains("<!--[if mso]><table><![endif]-->", "1 &lt; 2 &amp; ü 🎈", "<pre> a\n  b</pre>");
  }
}
