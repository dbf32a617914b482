"""Chains from names and files."""

import pytest

from excerpt import Chain, ConfigError, load_chain

GOOD = """
name = "mine"
template = "numbered"
on_error = "keep"
guards = { quotes = false, patterns = ['RFC \\d+'] }

[[stage]]
use = "bm25-sentences"
b = 0.75

[[stage]]
use = "truncate"
unit = "word"
"""


@pytest.fixture
def toml(tmp_path):
    def write(text):
        path = tmp_path / "chain.toml"
        path.write_text(text)
        return str(path)

    return write


def test_a_file_makes_the_chain_it_says(toml):
    """Stages, options, template and guards."""
    chain = load_chain(toml(GOOD))
    assert chain.name == "mine"
    assert [stage.name for stage in chain.stages] == ["bm25-sentences", "truncate"]
    assert chain.stages[0].scorer.b == 0.75
    assert chain.layout.template.name == "numbered"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "cannot be read as TOML"),
        ("", "needs one \\[\\[stage\\]\\]"),
        ("stages = 1", "unknown key stages"),
        ("[[stage]]\nunit = 'word'", "stage 1: needs `use`"),
        ("[[stage]]\nuse = 'truncat'", "Did you mean truncate"),
        (
            "[[stage]]\nuse = 'truncate'\nunits = 'word'",
            r"stage 1 \(truncate\): unknown option units; it takes unit",
        ),
        ("[[stage]]\nuse = 'pruner'", r"chain\.toml: stage 1 \(pruner\): needs model"),
        ("[[stage]]\nuse = 'nosuch'", r"chain\.toml: stage 1: compressor: there is no 'nosuch'"),
        (
            "[[stage]]\nuse = 'llmlingua2'\nrate = 5",
            r"chain\.toml: stage 1 \(llmlingua2\): llmlingua2: rate is",
        ),
        (
            "[[stage]]\nuse = 'adaptive-k'\ngap = 5",
            r"toml: stage 1 \(adaptive-k\): .* gap must be a LargestGap or",
        ),
        (
            "[[stage]]\nuse = 'adaptive-k'\ngap = { bufer = 5 }",
            r"\(adaptive-k\): adaptive-k: gap: unknown option bufer; it takes .* buffer",
        ),
        (
            "[[stage]]\nuse = 'adaptive-k'\ngap = { buffer = '5' }",
            r"toml: stage 1 \(adaptive-k\): .*buffer must be",
        ),
        ("[[stage]]\nuse = 'adaptive-k'\nscorer = 5", r"toml: stage 1 \(adaptive-k\): .*5 is not a scorer"),
        ("[[stage]]\nuse = 'recomp-extractive'\nmodel = 5", r"\(recomp-extractive\): model: must be a name"),
        ("[[stage]]\nuse = 'recomp-extractive'\ntop_n = 1.5", r"toml: stage 1 .* n must be a whole number"),
        (
            "[[stage]]\nuse = 'recomp-extractive'\nthreshold = nan",
            r"toml: stage 1 .* threshold: must be a number",
        ),
        ("[[stage]]\nuse = 'llmlingua2'\nrate = '1'", r"toml: stage 1 \(llmlingua2\): llmlingua2: rate is"),
        (
            "[[stage]]\nuse = 'truncate'\nunit = 'sentense'",
            r"toml: stage 1 \(truncate\): truncate: unit: .*'sentense'",
        ),
        (
            "[[stage]]\nuse = 'truncate'\n[[stage]]\nuse = 'rerank-truncate'\nunit = 5",
            r"toml: stage 2 \(rerank-truncate\): rerank-truncate: unit: .* 5; use one of",
        ),
        (
            "[[stage]]\nuse = 'sentinel'\nthreshold = 'a'",
            r"toml: stage 1 \(sentinel\): sentinel: threshold must be",
        ),
        *(
            (
                f"[[stage]]\nuse = '{stage}'\nheadroom = {wrong}\n{more}",
                rf"toml: stage 1 \({stage}\): .*headroom must be",
            )
            for wrong in ("-2", "'x'")
            for stage, more in (
                ("evidence-ranker", ""),
                ("late-interaction", ""),
                ("pruner", "model = 'none'"),
                ("recomp-extractive", ""),
                ("sentinel", ""),
            )
        ),
        (
            "guards = { patterns = 'RFC' }\n[[stage]]\nuse = 'truncate'",
            "patterns must be a list .* got 'RFC'",
        ),
        ("template = 'x'\n[[stage]]\nuse = 'truncate'", "there is no 'x'"),
        ("guards = { patterns = ['('] }\n[[stage]]\nuse = 'truncate'", r"\("),
        ("guards = 5\n[[stage]]\nuse = 'truncate'", "guards must be a table"),
    ],
)
def test_a_wrong_file_says_what_and_where(toml, text, message):
    """The path and the stage stand in the message."""
    with pytest.raises(ConfigError, match=message):
        load_chain(toml(text))


def test_a_missing_file_and_an_unknown_preset():
    """Two mistakes, two messages."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_chain("none.toml")
    with pytest.raises(ConfigError, match="default, fast"):
        load_chain("defualt")


def test_a_chain_is_taken_as_it_is():
    """And anything else is refused."""
    chain = Chain(["truncate"])
    assert load_chain(chain) is chain
    with pytest.raises(ConfigError, match="got int"):
        load_chain(5)
