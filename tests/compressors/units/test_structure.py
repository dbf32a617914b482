"""Tests of excerpt.compressors.units.structure."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.units.structure import split_records

LOG = "\n".join(f"2031-05-0{n} 07:1{n}:00 INFO kiln: batch {n} fired" for n in range(1, 9))
CSV = "kiln,glaze,hours\n" + "\n".join(f"K{n},ash,{n}" for n in range(6))
ROW = '  {{"name": "K{}", "glaze": "ash", "note": "' + "x" * 90 + '"}}'
JSON = '{"kilns": [\n' + ",\n".join(map(ROW.format, range(9))) + "\n]}"
CODE = (
    'def fire(kiln, hours=3):\n    """Fire it.\n\n    Slowly.\n    """\n'
    "    for hour in range(hours):\n        kiln.heat(hour)\n    return kiln\n"
)
YAML = "kiln:\n  glaze: ash\n  hours:\n    first: 3\n    second: 5\nshed:\n  door: red"
CHAT = "\n".join(f"[07:1{n}] {name}: line {n}" for n, name in enumerate(["ada", "bo", "ada", "cy", "bo"]))
HTML = "<ul><li>Ash glaze.</li><li>Salt glaze. It is old.</li></ul><p>Nobody knows why.</p>"
FAQ = "Q: Is it hot?\nA: Yes.\n\nQ: Is it open?\nA: On Sundays.\n\nQ: Who fires it?\nA: Bo does."
TRACE = (
    'Firing\nTraceback (most recent call last):\n  File "fire.py", line 3, in <module>\n    fire()\n'
    '  File "kiln.py", line 9, in fire\n    heat[0]\nIndexError: list index out of range\nDone'
)
DIFF = "diff --git a/k.py b/k.py\n--- a/k.py\n+++ b/k.py\n@@ -1,3 +1,3 @@\n hot = 1\n-hours = 3\n+hours = 5\n"
PROSE = (
    "The kiln was built in 1923. It stands behind the shed.\nNobody has fired it since the war, and the\n"
    "roof leaks. A new one costs too much."
)
TABLE = "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"
XML = (
    '<?xml version="1.0"?>\n<kilns>\n  <kiln id="1"><glaze>ash</glaze><hours>3</hours></kiln>\n'
    '  <kiln id="2"><glaze>salt</glaze><hours>14</hours></kiln>\n  <!-- one is cold -->\n'
    "  <story>It was built. It <b>leaks</b>. Nobody minds.</story>\n</kilns>"
)
SQL = "-- hot ones\nSELECT id, glaze\nFROM kilns\nWHERE hours > 3;\nDELETE FROM sheds;\nANALYZE kilns;"
LATEX = (
    "\\section{Kilns}\n\\begin{itemize}\n  \\item One is hot.\n  \\item One is cold.\n\\end{itemize}\n\n"
    "\\begin{tabular}{lr}\n\\hline\nKiln & Hours \\\\\n\\hline\nK1 & 3 \\\\\nK2 & 14 \\\\\n\\hline\n\\end{tabular}\n"
)
HITS = "kilns/fire.py\n3:def fire():\n9:    heat(kiln)\n\nkilns/cool.py\n4:def cool():\n5:    rest(kiln)"
CARDS = "Kiln: K1\nGlaze: ash\nHours: 3\n\nKiln: K2\nGlaze: salt\nHours: 14\n\nKiln: K3\nGlaze: ash\nHours: 9"
PAGE = "# fire\n\n> Heats kilns.\n\n- Heat one:\n\n`fire {{kiln}}`\n\n- Heat all:\n\n`fire --all`\n"
MAIL = (
    "Hello,\n\n> Is kiln 2 hot?\n\nNot yet.\n\nBo\n\nOn Monday, Ada wrote:\n"
    "> the glaze came,\n> and the ash\n>\n> Ada"
)
COMMITS = (
    "commit 0aa1bb2\nAuthor: Ada <a@k.example>\nDate:   Mon May 5\n\n    Fire it\n\n    Slowly.\n\n"
    "commit 3cc4dd5\nAuthor: Bo"
)
POSTS = (
    "Ada  9:02 AM\nis it hot\nBo  9:05 AM\nnot yet\nwait\n\n"
    "Re: Kilns\nPosted by Cy on May 5, 2031 8:14 pm\n\nIt leaks."
)
MAILS = (
    "From: Ada\nSent: Monday\nTo: Bo\n\nHello.\n\n"
    "-----Original Message-----\nFrom: Bo\nSubject: Ash\n\nThere is none.\n\n"
    "On Monday, Cy wrote:\n> we need ash, and\n> a lid. Soon.\n>\n> On Sunday, Di wrote:\n>> what else?"
)
PLAY = "ADA. Is it hot?\n\nBO. Not yet.\n\n[A bell.]\n\nADA. And now? Tell me.\n\nMR. BO. It is."
EVENTS = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:Fire\nEND:VEVENT\n"
    "BEGIN:VEVENT\nSUMMARY:Cool\nEND:VEVENT\nEND:VCALENDAR"
)
BOOKS = "@book{a1,\n  title = {Kilns},\n  year = {2031}\n}\n\n@misc{b2,\n  title = {Ash}\n}"
RUST = "error[E1]: no lid\n  --> kiln.rs:3:1\n   |\n3  | lid();\n   | ^^^\n\nerror: no ash\n --> ash.rs:1:1\n"
ROWS = (
    "INSERT INTO `kiln` (`id`, `glaze`) VALUES (1,'ash, (old)'),(2,'it''s salt'),(3,'"
    + "iron" * 20
    + "');\nDELETE FROM shed;"
)
MINIFIED = (
    "body{margin:0}.kiln{color:red;top:0}"
    + ".shed{left:0}" * 20
    + "@media print{.kiln{"
    + "top:1;" * 30
    + "}.ash{top:2}}"
)
LEADERS = "Rental\n  Kiln, a day ........ 40.-\n  Shelf ........ 3.-\nThe shed is shut."
LAID_OUT = (
    "STATEMENT\n(in crowns)\n              Note    2030    2029\nOutside\n"
    "Kilns            4     120     905\nShelves                 44     101\n"
    "Inside\nGlaze                   12      98\n"
)
WRAPPED = (
    "Kiln      Remark\n--------  ------------------\n"
    "First     leaks at the back,\n          and is cold\nSecond    hot\n"
)
GRID = (
    "+----+------+\n| K  | Sign |\n+====+======+\n| K1 | hot, |\n|    | red  |\n+----+------+\n"
    "| K2 | cold |\n+----+------+"
)
LEADS = (
    "(1) A kiln is let.\n\n(2) It is not let to\n1. thieves,\n2. cats, and\n3. clubs.\n\n"
    "(3) It is shut\na) on Sundays,\nb) in May."
)
FORMS = [
    COMMITS,
    POSTS,
    MAILS,
    PLAY,
    EVENTS,
    BOOKS,
    RUST,
    ROWS,
    MINIFIED,
    LEADERS,
    LAID_OUT,
    WRAPPED,
    GRID,
    LEADS,
    CARDS,
    PAGE,
    XML,
    SQL,
    LATEX,
    HITS,
    MAIL,
    LOG,
    CSV,
    JSON,
    CODE,
    YAML,
    CHAT,
    HTML,
    FAQ,
    TRACE,
    DIFF,
    PROSE,
    TABLE,
]


def texts(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in split_records(text)]


def with_parents(text: str) -> dict[str, str]:
    """Each piece's text with that of its parent."""
    pieces = split_records(text)
    return {
        text[p.start : p.end]: text[pieces[p.parent].start : pieces[p.parent].end] if p.parent >= 0 else ""
        for p in pieces
    }


def check(text: str) -> None:
    """What holds for every splitter, and that parents are other pieces, without a circle."""
    pieces = split_records(text)
    last = 0
    for number, piece in enumerate(pieces):
        assert last <= piece.start < piece.end <= len(text)
        assert not text[last : piece.start].strip()
        assert text[piece.start : piece.end] == text[piece.start : piece.end].strip()
        assert -1 <= piece.parent < len(pieces)
        assert piece.parent < number
        last = piece.end
    assert not text[last:].strip()


@pytest.mark.parametrize("text", FORMS)
def test_every_character_is_in_one_piece(text):
    """Also of a text that is cut anywhere."""
    for stop in range(0, len(text) + 1, 7):
        check(text[:stop])
        check(text[stop:])


@given(st.lists(st.sampled_from(FORMS), max_size=4), st.text(max_size=40), st.integers(0, 400), st.randoms())
def test_mixed_forms_are_cut_without_loss(forms, noise, cut, chance):
    """Forms behind each other, with noise between, begun and ended anywhere."""
    check(chance.choice(["\n", "\n\n", " ", noise]).join([*forms, noise])[cut:])


@given(st.text(alphabet='{}[]",:<>/|-\n \t#ab1=', max_size=200))
def test_broken_marks_are_cut_without_loss(text):
    """Nothing but marks, in any order."""
    check(text)


def test_an_entry_of_a_log_is_a_piece():
    """Each line with its time, and a stack trace with the entry it belongs to."""
    assert texts(LOG) == LOG.split("\n")
    entry = "2031-05-09 07:20:00 ERROR kiln: cracked\n  at kiln.heat (kiln.js:3)"
    assert texts(f"{LOG}\n{entry}\n{LOG}")[8] == entry


def test_a_row_has_the_header_as_its_parent():
    """With commas, tabs, bars with and without a rule, and aligned columns."""
    rows = [["kiln", "glaze", "hours"], ["K1", "ash", "3"], ["K2", "salt", "14"], ["K3", "ash", "9"]]
    for joint in (",", "\t", " | "):
        lines = [joint.join(row) for row in rows]
        assert with_parents("\n".join(lines))[lines[2]] == lines[0]
    aligned = [f"{a:8}{b:8}{c}" for a, b, c in rows]
    assert with_parents("\n".join(aligned))[aligned[2]] == aligned[0]
    ruled = ["| kiln | hours |", "|---|---|", "| K1 | 3 |", "| K2 | 4 |"]
    assert with_parents("\n".join(ruled))["| K2 | 4 |"] == "\n".join(ruled[:2])


def test_a_record_of_json_is_a_piece_and_knows_its_path():
    """Pretty or in one line."""
    for text in (JSON, JSON.replace("\n", "")):
        records = with_parents(text)
        (record,) = [piece for piece in records if '"K4"' in piece]
        assert record.startswith("{")
        assert record.endswith("},")
        assert records[record] == '"kilns": ['


def test_settings_and_code_know_what_they_stand_under():
    """By their indentation."""
    assert with_parents(YAML)["second: 5"] == "hours:"
    assert with_parents(YAML)["hours:"] == "kiln:"
    assert with_parents(CODE)["return kiln"] == "def fire(kiln, hours=3):"
    assert with_parents(CODE)["kiln.heat(hour)"] == "for hour in range(hours):"


def test_a_docstring_is_not_cut():
    """Blank lines inside included."""
    assert any(piece.startswith('"""Fire it.') and piece.endswith('"""') for piece in texts(CODE))


def test_turns_questions_and_traces_stay_together():
    """A turn is a piece; a question stays with its answer; an error line knows where it was raised."""
    assert texts(CHAT) == CHAT.split("\n")
    assert texts(FAQ) == FAQ.split("\n\n")
    assert with_parents(TRACE)["IndexError: list index out of range"].startswith('File "kiln.py"')
    assert "Done" in texts(TRACE)


def test_settings_with_the_same_keys_are_one_record_a_group():
    """With blank lines between the groups or without; turns of a chat are a piece each all the same."""
    groups = CARDS.split("\n\n")
    assert texts(CARDS) == groups
    assert texts("\n".join(groups)) == groups
    chat = "Ada: Is it hot?\nBo: Not yet.\n\nAda: And now?\nBo: Yes, now it is."
    assert texts(chat) == chat.replace("\n\n", "\n").split("\n")
    assert texts("Ada: hi\nBo: hello\nAda: hot?\nBo: yes") == ["Ada: hi", "Bo: hello", "Ada: hot?", "Bo: yes"]


def test_a_long_group_of_settings_is_cut_below_its_first_line():
    """Its lines are read with that."""
    long = [f"Kiln: K{n}\nGlaze: {'ash ' * 100}\nStory: {'old ' * 90}" for n in range(3)]
    known = with_parents("\n\n".join(long))
    assert known["Kiln: K1"] == ""
    assert all(above.startswith("Kiln: ") for piece, above in known.items() if piece.startswith("Glaze: "))


def test_a_value_goes_on_in_lines_indented_under_it():
    """Lines that are settings or code themselves are pieces of their own."""
    text = "Kiln: K1\nStory: built by Ada\n  and mended by Bo\n  last year\nHours: 3\nrun: |\n  make\n  make fire"
    whole = "Story: built by Ada\n  and mended by Bo\n  last year"
    assert texts(text) == ["Kiln: K1", whole, "Hours: 3", "run: |", "make", "make fire"]


def test_a_command_stays_with_what_it_does():
    """In a list, in prose and among settings; under the heading of its page."""
    known = with_parents(PAGE)
    assert known["- Heat one:\n\n`fire {{kiln}}`"] == "# fire"
    assert (
        texts("First install it:\n$ pip install fire\n\nIt is small.")[0]
        == "First install it:\n$ pip install fire"
    )
    steps = "1. Heat it\n2. Cool it with:\n   `cool --slow`\n3. Open it"
    assert "2. Cool it with:\n   `cool --slow`" in texts(steps)


def test_a_changed_line_knows_its_hunk_and_its_file():
    """In a unified diff."""
    known = with_parents(DIFF)
    assert known["-hours = 3"] == "@@ -1,3 +1,3 @@"
    assert known["@@ -1,3 +1,3 @@"].startswith("diff --git a/k.py")


def test_markup_is_cut_at_blocks_and_sentences():
    """Tags stay with what they hold; a row stays whole under its header row."""
    assert texts(HTML) == [
        "<ul><li>Ash glaze.</li>",
        "<li>Salt glaze.",
        "It is old.</li></ul>",
        "<p>Nobody knows why.</p>",
    ]
    table = "<table><tr><th>Kiln</th></tr><tr><td>K1</td></tr><tr><td>K2</td></tr></table>"
    assert with_parents(table)["<tr><td>K1</td></tr>"] == "<table><tr><th>Kiln</th></tr>"


def test_prose_is_cut_into_sentences():
    """Wrapped lines are not pieces."""
    assert texts(PROSE)[2] == "Nobody has fired it since the war, and the\nroof leaks."
    assert len(texts(PROSE)) == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        *FORMS,
        "[\n",
        '{"a": [1,\n',
        '"""\nab\n',
        "<li>",
        "<tr><td>4",
        "a | b\nProse here.\n",
        "* a: b\n  c: d\n",
        "a: b\nc: d\ne: f\n",
        "a: b\nc: d\n\n",
        "a: b\n  c d\n",
        "Do it:\n\n`x`\n\n",
    ],
)
@pytest.mark.parametrize("end", ["", " !"])
def test_a_long_text_of_any_form_is_cut(text, end):
    """Also of forms that never end, or end in what they are not; were one quadratic, this would not come back."""
    check((text + "\n") * (300_000 // (len(text) + 1)) + end)


def test_the_same_text_gives_the_same_pieces():
    """Whatever was split before."""
    mixed = FORMS[:]
    random.Random(3).shuffle(mixed)
    first = [split_records(text) for text in mixed]
    assert [split_records(text) for text in mixed] == first


def test_what_stands_under_a_heading_is_read_with_it():
    """And a heading with the one above it."""
    text = (
        "Before.\n\n# Rates\nThey rise. They fall.\n\n## Child\nHalf.\n\n- a: 1\n- b: 2\n\n# Dates\nIn May."
    )
    pieces = split_records(text)
    texts = [text[start:end] for start, end, _ in pieces]
    above = {texts[number]: texts[parent] for number, (*_, parent) in enumerate(pieces) if parent >= 0}
    assert above["They fall."] == "# Rates"
    assert above["## Child"] == "# Rates"
    assert above["Half."] == "## Child"
    assert above["In May."] == "# Dates"
    assert "Before." not in above
    assert "# Dates" not in above


def test_an_element_of_xml_is_a_record_and_knows_its_path():
    """A list is opened however short; text of an element is cut into sentences, with the tags in it."""
    known = with_parents(XML)
    assert known['<kiln id="2"><glaze>salt</glaze><hours>14</hours></kiln>'] == "<kilns>"
    assert known["<!-- one is cold -->"] == "<kilns>"
    assert known["It <b>leaks</b>."] == "<kilns>"
    assert texts(XML)[-1] == "Nobody minds.</story>\n</kilns>"


def test_a_statement_of_sql_is_a_piece():
    """Its clauses and the comment above it included; the stop of a statement makes no table."""
    assert texts(SQL) == [SQL[: SQL.index("DELETE")].rstrip(), "DELETE FROM sheds;", "ANALYZE kilns;"]
    assert all(piece.parent == -1 for piece in split_records(SQL))


def test_latex_has_sections_items_and_rows():
    """An item knows its section; a row knows the header between the rules; ends stay with what they end."""
    known = with_parents(LATEX)
    assert known["\\item One is hot."] == "\\begin{itemize}"
    assert known["\\begin{itemize}"] == "\\section{Kilns}"
    assert known["K1 & 3 \\\\"].endswith("Kiln & Hours \\\\\n\\hline")
    assert "\\item One is cold.\n\\end{itemize}" in known


def test_a_hit_of_a_search_knows_its_file():
    """Where the file stands above its hits."""
    known = with_parents(HITS)
    assert known["9:    heat(kiln)"] == "kilns/fire.py"
    assert known["4:def cool():"] == "kilns/cool.py"


def test_a_mail_that_is_answered_line_by_line():
    """A quoted question stays with its answer; what is quoted below a name knows it."""
    known = with_parents(MAIL)
    assert "> Is kiln 2 hot?\n\nNot yet." in known
    assert known["> the glaze came,\n> and the ash\n>"] == "On Monday, Ada wrote:"


def test_headings_of_markup_and_underlined_ones_are_parents():
    """As those of Markdown are; a definition knows its term, and a footer no heading."""
    page = (
        "<h1>Kilns</h1><p>Two.</p><h2>Old</h2><p>It leaks.</p><h2>New</h2><p>It is hot.</p>"
        "<dl><dt>Glaze</dt><dd>A skin of glass.</dd></dl><footer><p>Ada</p></footer>"
    )
    known = with_parents(page)
    assert known["<p>It leaks.</p>"] == "<h2>Old</h2>"
    assert known["<h2>New</h2>"] == "<h1>Kilns</h1>"
    assert known["<dd>A skin of glass.</dd></dl>"] == "<dl><dt>Glaze</dt>"
    assert known["<footer><p>Ada</p></footer>"] == ""
    assert with_parents("Kilns\n=====\n\nOne is hot.")["One is hot."] == "Kilns\n====="


def test_lines_that_begin_alike_are_no_wrapped_prose():
    """Results of tests, lists of files and columns that are right-aligned are cut at lines."""
    results = "tests/test_kiln.py::test_hot PASSED\ntests/test_kiln.py::test_cold FAILED"
    results += "\ntests/test_shed.py::test_door PASSED"
    assert texts(results) == results.split("\n")
    files = "-rw-r--r-- 1 ada 12 kiln.txt\ndrwxr-xr-x 2 bo 4096 shed\n-rw-r--r-- 1 ada 9 ash.md"
    assert texts(files) == files.split("\n")
    columns = ["  PID USER      %CPU COMMAND", "    1 ada        0.0 init", " 1204 bo        14.0 kilnd"]
    assert with_parents("\n".join(columns))[columns[2].strip()] == columns[0].strip()


def test_speakers_before_a_wide_colon():
    """As Chinese and Japanese chats have them."""
    chat = "佐藤：おはよう\n鈴木：おはよう\n佐藤：窯は熱いです\n鈴木：了解"
    assert texts(chat) == chat.split("\n")


@pytest.mark.parametrize(
    "piece", ["<a>", "</a>", "<a><b/>", "<!--", "<a b='", "<x>y</x>\n", "& \\\\\n", "> a?\n", "A：b\n"]
)
def test_hostile_marks_take_linear_time(piece):
    """Twenty thousand repeats finish; a quadratic rule would take minutes."""
    check(piece * 20_000)


def test_a_message_is_read_with_whose_it_is():
    """A commit, a post and a turn are whole; text of a mail knows its sender, and a quoted sentence whom it is by."""
    assert texts(COMMITS)[0] == COMMITS[: COMMITS.index("commit 3cc")].rstrip()
    assert texts(POSTS)[:2] == ["Ada  9:02 AM\nis it hot", "Bo  9:05 AM\nnot yet\nwait"]
    assert texts(POSTS)[2].startswith("Re: Kilns\nPosted by Cy")
    known = with_parents(MAILS)
    assert known["Hello."] == "From: Ada\nSent: Monday"
    assert known["There is none."] == "-----Original Message-----\nFrom: Bo"
    assert known["> we need ash, and\n> a lid."] == "On Monday, Cy wrote:"
    assert known[">> what else?"] == "> On Sunday, Di wrote:"


def test_a_long_message_is_cut_below_its_head():
    """Its sentences are read with that."""
    post = "Ada — Today at 14:02\n" + "It is hot. " * 30 + "\nBo — Today at 14:09\nGood."
    assert with_parents(post)["It is hot."] == "Ada — Today at 14:02"
    commit = COMMITS.replace("Slowly.", "It is slow. " * 60)
    assert with_parents(commit)["It is slow."].startswith("commit 0aa1bb2\nAuthor: Ada")


def test_a_turn_of_a_play_is_a_piece():
    """Its speaker is in capitals; an answer is read with the question before it."""
    known = with_parents(PLAY)
    assert known["BO. Not yet.\n\n[A bell.]"] == "ADA. Is it hot?"
    assert "MR. BO. It is." in known
    assert texts("A. One kiln. It is old.\nB. Two kilns.\nC. Three kilns.")[0] != "A. One kiln. It is old."


def test_records_between_marks_are_pieces():
    """Of a calendar, of references, of a compiler and of an INSERT."""
    assert "BEGIN:VEVENT\nSUMMARY:Fire\nEND:VEVENT" in texts(EVENTS)
    assert texts(BOOKS) == BOOKS.split("\n\n")
    assert with_parents(RUST)["3  | lid();"] == "error[E1]: no lid\n  --> kiln.rs:3:1"
    known = with_parents(ROWS)
    assert (
        known["(2,'it''s salt'),"]
        == known["(1,'ash, (old)'),"]
        == "INSERT INTO `kiln` (`id`, `glaze`) VALUES"
    )
    assert known["DELETE FROM shed;"] == ""


def test_minified_code_is_cut_at_its_brackets():
    """A block that is long is cut at what stands in it."""
    known = with_parents(MINIFIED)
    assert known[".kiln{color:red;top:0}"] == ""
    assert known[".ash{top:2}}"] == "@media print{"
    assert len(texts("var a={b:{c:1}};" + "a.b();" * 9)) == 1  # short enough for a line of code


def test_what_is_laid_out_is_cut_by_line():
    """Rows know their header and the title above them; wrapped cells stay together; dots join what they join."""
    known = with_parents(LAID_OUT)
    row = "Glaze                   12      98"
    assert (known[row], known["Inside"]) == ("Inside", "Note    2030    2029")
    assert with_parents(LEADERS)["Shelf ........ 3.-"] == "Rental"
    wrapped = "First     leaks at the back,\n          and is cold"
    assert with_parents(WRAPPED)[wrapped].startswith("Kiln      Remark")
    assert with_parents(GRID)["| K1 | hot, |\n|    | red  |\n+----+------+"].startswith(
        "+----+------+\n| K  | Sign |"
    )
    assert texts("Kiln & Sons                 No. 5\nShed Road 3                 May 2\nHello.")[1].endswith(
        "May 2"
    )


def test_a_point_of_a_list_is_read_with_what_leads_to_it():
    """Not with a sentence that ends, nor with a heading of numbered paragraphs."""
    known = with_parents(LEADS)
    assert known["2. cats, and"] == "(2) It is not let to"
    assert known["b) in May."] == "(3) It is shut"
    assert known["(3) It is shut"] == ""
    assert with_parents("Dough\n30 g ash\n5 g salt\n\nGlaze\n9 g tin\n2 g lead")["2 g lead"] == "Glaze"
    assert with_parents("It is hot.\n- one\n- two")["- two"] == ""
    assert with_parents("1. KILNS\n1.1 One is hot.\n1.2 One is cold.")["1.2 One is cold."] == ""


def test_the_number_of_a_point_and_a_mark_at_the_end_of_a_line_are_no_sentences():
    """They stay with what they are of."""
    assert texts("Point 2. The kiln is shut. Nobody minds.")[0] == "Point 2. The kiln is shut."
    assert texts("Say why it leaks.          (2 marks)")[0].endswith("(2 marks)")
