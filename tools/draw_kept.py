"""Draw what a real run keeps and drops of its passages: the picture of the README.

    python tools/draw_kept.py docs/start/kept.svg

The question is the demo's second, over the demo's corpus, by the demo's index and chain, with a smaller budget. Kept
words are green, dropped ones grey. Only the best passages of which something is kept are drawn.
"""

import argparse
import tempfile
import textwrap
from html import escape
from importlib.resources import files
from pathlib import Path

from excerpt import Compressed, KeptPassage, load_chain
from excerpt.files.jsonl import parse_object
from excerpt.retrievers import Index

QUESTION, RETRIEVED, BUDGET = 1, 20, 80
WIDTH, LINE, MARGIN, COLUMNS, SHOWN = 840, 21, 20, 96, 4
STYLE = (
    "<style>text{font:13px ui-monospace,Menlo,Consolas,monospace;white-space:pre}.title{font-weight:bold;fill:#24292f}"
    ".kept{fill:#0b5d1e;font-weight:bold}.dropped{fill:#9a9fa6}.note{fill:#57606a}</style>"
)


def demo_rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the demo's files."""
    lines = (files("excerpt.demo") / name).read_bytes().splitlines()
    return [parse_object(line, f"{name}, line {number}") for number, line in enumerate(lines, start=1)]


def run_demo() -> Compressed:
    """The demo's compression of one question, with a budget that fits a picture."""
    with tempfile.TemporaryDirectory() as folder:
        index = Index.build(demo_rows("corpus.jsonl"), Path(folder) / "demo.excerpt")
        question = demo_rows("questions.jsonl")[QUESTION]["question"]
        return index.compress(question, k=RETRIEVED, budget=BUDGET, chain=load_chain("default"))


def marked_lines(kept: KeptPassage) -> list[list[tuple[bool, str]]]:
    """A passage's text in lines of pieces, each with whether it was kept."""
    text = kept.passage.text
    flags = [any(start <= at < end for start, end in kept.spans) for at in range(len(text))]
    lines, at = [], 0
    for line in textwrap.wrap(text, COLUMNS, break_long_words=False):
        at = text.index(line, at)
        pieces: list[tuple[bool, str]] = []
        for place in range(at, at + len(line)):
            if pieces and pieces[-1][0] == flags[place]:
                pieces[-1] = (flags[place], pieces[-1][1] + text[place])
            else:
                pieces.append((flags[place], text[place]))
        lines.append(pieces)
        at += len(line)
    return lines


def marked(line: list[tuple[bool, str]]) -> str:
    """A line of pieces, as SVG."""
    return "".join(
        f'<tspan class="{"kept" if flag else "dropped"}">{escape(text)}</tspan>' for flag, text in line
    )


def draw(result: Compressed) -> str:
    """The picture, as SVG."""
    shown = sorted((kept for kept in result.passages if kept.spans), key=lambda kept: -(kept.score or 0))[
        :SHOWN
    ]
    rows = [f'<tspan class="title">{escape(result.query)}</tspan>', ""]
    for kept in shown:
        rows.append(f'<tspan class="title">{escape(kept.title)}</tspan>')
        rows += [marked(line) for line in marked_lines(kept)]
        rows.append("")
    whole = sum(1 for kept in result.passages if not kept.spans)
    counts = f"{len(result.passages)} passages, {result.tokens_in:,} tokens in, {result.tokens_out} out."
    note = f"{counts} Green is kept. {whole} passages were dropped whole."
    rows.append(f'<tspan class="note">{note}</tspan>')
    height = 2 * MARGIN + LINE * len(rows)
    texts = [
        f'<text x="{MARGIN}" y="{MARGIN + LINE * (number + 1) - 6}" xml:space="preserve">{row}</text>'
        for number, row in enumerate(rows)
        if row
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="Passages with their kept sentences marked">\n{STYLE}\n'
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff" stroke="#d0d7de"/>\n'
        + "\n".join(texts)
        + "\n</svg>\n"
    )


def main() -> None:
    """Run and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.parse_args().output.write_text(draw(run_demo()), encoding="utf-8")


if __name__ == "__main__":
    main()
