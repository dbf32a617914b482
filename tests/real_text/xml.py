"""XML: an element is a unit with its tags."""

from real_text.table import Case

BOOKS = """<?xml version="1.0"?>
<library>
  <book id="b1"><title>Salt roads</title><author>M. Ferro</author><year>1988</year></book>
  <book id="b2"><title>Bread of the north</title><author>I. Lund</author><year>2004</year></book>
  <book id="b3"><title>Knots and hitches</title><author>P. Okoro</author><year>1971</year></book>
  <book id="b4"><title>Night skies</title><author>A. Reyes</author><year>2019</year></book>
</library>"""
POM = """<project>
  <artifactId>mill</artifactId>
  <version>4.1.0</version>
  <dependencies>
    <dependency>
      <artifactId>grindstone</artifactId>
      <version>2.7.3</version>
    </dependency>
    <dependency>
      <artifactId>waterwheel</artifactId>
      <version>0.9.1</version>
    </dependency>
  </dependencies>
</project>"""
FEED = """<rss version="2.0"><channel><title>Harbour news</title>
<item><title>New pilot</title><description>Captain Nwosu is the new pilot from June.</description></item>
<item><title>Dredging</title><description>The basin is dredged to nine metres in August.</description></item>
<item><title>Concert</title><description>The brass band plays on the quay.</description></item>
</channel></rss>"""
SITES = """<urlset><url><loc>https://clinic.example/eyes</loc><lastmod>2031-01-05</lastmod></url>
<url><loc>https://clinic.example/skin</loc><lastmod>2031-02-11</lastmod></url>
<url><loc>https://clinic.example/bones</loc><lastmod>2031-03-19</lastmod></url></urlset>"""
LAYOUT = """<window title="Scale">
  <button id="tare" label="Set to zero" key="F2"/>
  <button id="print" label="Print the label" key="F5"/>
  <button id="quit" label="Leave" key="F10"/>
</window>"""

CASES = [
    Case(
        "author", "Who is the author of Knots and hitches?", 60, BOOKS, keep=["Knots and hitches", "P. Okoro"]
    ),
    Case(
        "year", "In which year did Bread of the north appear?", 60, BOOKS, keep=["Bread of the north", "2004"]
    ),
    Case("dependency", "Which version of waterwheel is used?", 70, POM, keep=["waterwheel", "0.9.1"]),
    Case(
        "dependency-in-front", "Which version of grindstone is used?", 70, POM, keep=["grindstone", "2.7.3"]
    ),
    Case(
        "feed",
        "To how many metres is the basin dredged?",
        50,
        FEED,
        keep=["The basin is dredged to nine metres in August."],
    ),
    Case("feed-pilot", "Who is the new pilot?", 50, FEED, keep=["Captain Nwosu is the new pilot from June."]),
    Case(
        "site-map",
        "When was the page skin modified?",
        60,
        SITES,
        keep=["https://clinic.example/skin", "2031-02-11"],
    ),
    Case("attributes", "Which key prints the label?", 50, LAYOUT, keep=['label="Print the label" key="F5"']),
    Case("attributes-zero", "Which button sets to zero?", 50, LAYOUT, keep=['id="tare" label="Set to zero"']),
    Case(
        "comment",
        "Why is the third lamp switched off?",
        40,
        "<lamps>\n  <lamp n='1' on='yes'/>\n  <lamp n='2' on='yes'/>\n  <!-- the third lamp is switched off because moths gather -->\n  <lamp n='3' on='no'/>\n</lamps>",
        keep=["the third lamp is switched off because moths gather"],
    ),
]
