"""A report over two small sets."""

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from excerpt.errors import InputError
from excerpt.eval.chains import BASELINES, named_chain
from excerpt.eval.evaluation import evaluate
from excerpt.eval.report import Study, WorstQuestions, write_report
from excerpt.eval.report.html.page import FOLDER, page
from excerpt.eval.report.in_short import in_short
from excerpt.models.generation.prices import Price

PASSAGES = [
    "Rain fell. The river rose.",
    {"text": "Mills are old. Sails turn the stones.", "evidence": [[15, 37]]},
]
ROWS = [
    {"id": "good", "question": "What turns the <stones>?", "answers": ["sails"], "passages": PASSAGES},
    {"id": "bad", "question": "river", "answers": ["stones & sails"], "passages": PASSAGES},
]
CHAINS = (*BASELINES[:-2], "bm25-sentences")


class Failing:
    """Fails on everything."""

    def compress(self, query, passages, *, budget=None):
        raise RuntimeError("no luck")


class Checker(HTMLParser):
    """Complains of tags that do not match, of scripts and of addresses."""

    VOID = frozenset({"meta", "br"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "link", "img", "iframe"}
        assert all(value.startswith("#") for name, value in attrs if name in {"href", "src"})
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def study():
    """Two sets, baselines, one chain that fails, one peer that was skipped."""
    chains = {name: named_chain(name) for name in dict.fromkeys(CHAINS)} | {"failing": Failing()}
    worst = WorstQuestions(["bm25-sentences"], 0.6, 1)
    tables = {
        "mills": evaluate(ROWS, chains, [0.3, 0.6], watch=worst.see),
        "rain": evaluate(ROWS[:1] * 6, chains, [0.3, 0.6]),  # as few as can be called better
    }
    return Study(
        tables, "excerpt eval mills.jsonl -o <out>", {"date": "2026-01-01"},
        skipped={"some-peer": "it needs its checkpoint"}, memory={"truncate": 120.0},
        prices={"big": Price(1.0, 5.0, 0.1)}, examples={"mills": worst.examples},
        reference="truncate", focus=("bm25-sentences",),
    )  # fmt: skip


def test_the_page_is_whole_and_stands_alone(study, tmp_path):
    """Every tag closed, no script, nothing from the network; all sections there."""
    write_report(study, tmp_path / "out")
    html = (tmp_path / "out" / "index.html").read_text()
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert all(
        f'<h2 id="{name}">' in html for name in ("summary", "frontier", "times", "money", "sets", "questions")
    )
    assert "http" not in html.replace("http-equiv", "")


def test_the_summary_says_over_how_many_questions(study, tmp_path):
    """A mean without its number says little; here all have evidence."""
    write_report(study, tmp_path / "out")
    assert (
        "over the 8 questions of all sets that it applies to" in (tmp_path / "out" / "index.html").read_text()
    )


def test_the_page_says_what_went_wrong(study, tmp_path):
    """Skipped peers with the reason, failures with the set; the command to make it again, escaped."""
    write_report(study, tmp_path / "out")
    html = (tmp_path / "out" / "index.html").read_text()
    assert "some-peer was skipped: it needs its checkpoint" in html
    assert "failing: 16 failures and breaches" in html
    assert "mills.jsonl -o &lt;out&gt;" in html


def test_the_worst_question_is_shown_whole(study, tmp_path):
    """Of two the one that lost its evidence, with kept and dropped text."""
    [example] = study.examples["mills"]
    assert (example.question.id, example.lost) == ("bad", 1.0)
    write_report(study, tmp_path / "out")
    html = (tmp_path / "out" / "index.html").read_text()
    assert "river <small>lost 100%</small>" in html
    assert '<del class="need"' in html


def test_better_needs_an_interval_that_says_so(study):
    """One set says better of a chain that won on every question; a chain is even with itself."""
    assert study.set_verdicts("bm25-sentences", 0.6, "evidence_recall")[1] == "better"
    assert study.against("truncate", 0.3, "evidence_recall").verdict == "even"


def test_a_chain_that_kept_more_is_not_called_better(study):
    """The whole context beats everything at ten times the tokens."""
    assert study.against("full", 0.3, "evidence_recall").verdict != "worse"
    assert study.verdict("full", 0.3, "evidence_recall") == "kept more"


def test_markdown_and_rows_say_the_same(study, tmp_path):
    """Numbers of the summary, and a row for each set, chain and ratio."""
    write_report(study, tmp_path / "out")
    with (tmp_path / "out" / "rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 2 * len(study.first.chains)
    [pooled] = [
        row for row in rows if (row["data"], row["chain"], row["ratio"]) == ("all", "bm25-sentences", "0.6")
    ]
    assert (pooled["questions"], pooled["compared_with"]) == ("8", "truncate")
    assert rows[0]["command"] == study.command
    text = (tmp_path / "out" / "report.md").read_text()
    assert "| chain | kept | evidence recall | against truncate | ms | MiB |" in text
    assert "peer some-peer was skipped" in text


def test_a_folder_that_cannot_be_made_is_named(study, tmp_path):
    """With the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_report(study, tmp_path / "file" / "out")


def test_hostile_names_stay_text(study):
    """Of sets, chains, peers and prices, and the command that made it: none of them can open a tag."""
    hostile = "</title><script>alert(1)</script>\x00\"'"
    tables = {hostile: replace(study.tables["mills"], reader=hostile, tokenizer=hostile)}
    odd = replace(
        study, tables=tables, command=hostile, around={hostile: hostile}, skipped={hostile: hostile},
        peers={hostile: {hostile: hostile}}, prices={hostile: Price(1.0, 5.0, 0.1)}, memory={hostile: 1.0},
        examples={hostile: study.examples["mills"]},
    )  # fmt: skip
    html = page(odd)
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert "\x00" not in html
    assert html.count("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u2400&#34;&#39;") >= 10


def test_each_chain_has_a_line_of_its_own(study):
    """No two have both colour and dash; the legend shows them as they are drawn."""
    html = page(study)
    names = [name for name in study.first.chains if name not in {"full", "no-context"}]
    keys = re.findall(r'<li><svg class="([^"]+)".*?</svg>([^<]+)</li>', html, re.DOTALL)
    assert sorted(name for _, name in keys) == sorted(names)
    assert len({tuple(style.split()[:2]) for style, _ in keys}) == len(names)
    css = (FOLDER / "report.css").read_text()
    assert all(f".{part} " in css for style, _ in keys for part in style.split() if part != "d0")
    assert all(f'<g class="{style}">' in html for style, _ in keys)


def test_the_verdict_stands_beside_the_name(study):
    """Where a narrow screen shows it: the first column behind the one that stays."""
    summary = page(study).partition('id="summary"')[2]
    assert re.search(r"<tr><th>chain</th><th class=\"n\">against<br><small>truncate</small></th>", summary)


def test_money_is_in_dollars_for_a_million_questions(study):
    """Of the whole context: its mean tokens at a dollar a million."""
    tokens, _ = study.tokens("truncate", 0.3)
    html = page(study)
    assert "contexts of a million questions" in html
    assert f"${tokens:,.0f}</td>" in html


def test_one_sentence_says_what_to_use(study):
    """The smallest size that has nearly all; the best one, where none has; nothing, where no chain was asked for."""
    said = in_short(study)
    kept = study.estimate("bm25-sentences", 0.6, "kept_tokens").value
    assert f"bm25-sentences sends {kept:.0%} of the tokens, and " in said
    assert re.search(
        r"of the evidence is there \(whole context: 100%\); \$\d+ instead of \$\d+ for the "
        r"contexts of a million questions at big\.$",
        said,
    )
    assert said in page(study)
    assert in_short(replace(study, focus=())) == ""
