"""HTML: paragraphs, breaks, list items and rows are units; a row comes with the header of its table."""

from real_text.table import Case

CASES = [
    Case(
        "paragraphs",
        "When was the lighthouse lit?",
        22,
        "<p>The tower has 140 steps.</p><p>The lighthouse was lit in 1868.</p><p>Sheep graze around it.</p>"
        "<p>The path is muddy.</p>",
        keep=["The lighthouse was lit in 1868."],
    ),
    Case(
        "breaks",
        "Who bakes the rolls?",
        18,
        "The shop is on the corner.<br>Two ovens are used.<br/>Marta bakes the rolls.<br>The cat sleeps on the sill.",
        keep=["Marta bakes the rolls."],
    ),
    Case(
        "break-behind-nbsp",
        "How many beds has the ward?",
        18,
        "The ward is on floor two.&nbsp;It is quiet.<br />The ward has 24 beds.&nbsp;Visitors come at four.",
        keep=["The ward has 24 beds."],
    ),
    Case(
        "list-items",
        "How long does the dough rest?",
        24,
        "<ul><li>Mix flour and water.</li><li>The dough rests for nine hours.</li><li>Shape two loaves.</li>"
        "<li>Bake until brown.</li></ul>",
        keep=["The dough rests for nine hours."],
    ),
    Case(
        "numbered-list-with-attributes",
        "Which knot holds the fender?",
        40,
        '<ol class="steps"><li id="a">Coil the rope.</li><li id="b">A clove hitch holds the fender.</li>'
        '<li id="c">Check the cleat.</li><li id="d">Wave to the pilot.</li></ol>',
        keep=["A clove hitch holds the fender."],
    ),
    Case(
        "table-row-with-header",
        "What does a season ticket cost?",
        64,
        "<table><tr><th>Ticket</th><th>Price</th></tr><tr><td>Day</td><td>5 EUR</td></tr>"
        "<tr><td>Week</td><td>18 EUR</td></tr><tr><td>Season</td><td>70 EUR</td></tr>"
        "<tr><td>Dog</td><td>1 EUR</td></tr></table>",
        keep=["Ticket", "Price", "Season", "70 EUR"],
    ),
    Case(
        "table-with-thead-and-line-breaks",
        "Who teaches botany?",
        70,
        "<table>\n<thead>\n<tr>\n<th>Subject</th>\n<th>Teacher</th>\n</tr>\n</thead>\n<tbody>\n"
        "<tr>\n<td>Algebra</td>\n<td>Ms Roe</td>\n</tr>\n<tr>\n<td>Botany</td>\n<td>Mr Finch</td>\n</tr>\n"
        "<tr>\n<td>Choir</td>\n<td>Ms Bell</td>\n</tr>\n<tr>\n<td>Drama</td>\n<td>Mr Poe</td>\n</tr>\n</tbody>\n</table>",
        keep=["Subject", "Teacher", "Botany", "Mr Finch"],
    ),
    Case(
        "heading-above-paragraphs",
        "What is the fine for late books?",
        50,
        "<h1>Library</h1><h2>Opening</h2><p>From nine to five.</p><h2>Late books</h2>"
        "<p>The fine for late books is 20 cents a day.</p><h2>Lost cards</h2><p>Ask at the desk.</p>",
        keep=["The fine for late books is 20 cents a day."],
    ),
    Case(
        "page-with-scripts-and-menu",
        "Where does the tram to the zoo stop?",
        60,
        '<html><head><title>Trams</title><script>var a = 1; track("x");</script></head><body><nav><ul><li>Home</li>'
        "<li>News</li></ul></nav><div><p>Tickets are sold on board.</p><p>The tram to the zoo stops at Mill Square.</p>"
        "<p>Dogs ride free.</p></div><footer><p>All rights reserved.</p></footer></body></html>",
        keep=["The tram to the zoo stops at Mill Square."],
    ),
    Case(
        "definition-list",
        "What is a halyard?",
        50,
        "<dl><dt>Boom</dt><dd>The spar along the foot of a sail.</dd><dt>Halyard</dt>"
        "<dd>A halyard is a rope that hoists a sail.</dd><dt>Keel</dt><dd>The spine of a hull.</dd></dl>",
        keep=["A halyard is a rope that hoists a sail."],
    ),
]
