"""How a reader is written on the command line."""

import pytest

from excerpt.errors import ConfigError, InputError
from excerpt.models.generation.prompt import PLAIN
from excerpt.models.readers.spec import ReaderSpec


def test_options_follow_the_place():
    """Each read as what it is."""
    spec = ReaderSpec.of(
        "causal-lm:some/dir,dtype=bfloat16,batch=8,prompt=plain,device=cuda:1,answer_tokens=5"
    )
    assert (spec.kind, spec.place) == ("causal-lm", "some/dir")
    assert spec.options == {
        "dtype": "bfloat16", "batch": 8, "prompt": PLAIN, "device": "cuda:1", "answer_tokens": 5,
    }  # fmt: skip


def test_a_place_may_have_commas_and_equals_signs():
    """Only what is written as an option is one."""
    assert ReaderSpec.of("causal-lm:a,b/c=d,batch=2").place == "a,b/c=d"
    assert ReaderSpec.of("http://127.0.0.1:1/v1?x=1,y,model=big").options == {"model": "big"}
    assert ReaderSpec.of("http://127.0.0.1:1/v1?x=1,y,model=big").place == "http://127.0.0.1:1/v1?x=1,y"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("causal-lm:d,batch=0", "batch is a whole number, 1 or more; got '0'"),
        ("causal-lm:d,dtype=int8", "dtype is one of float32, bfloat16, float16; got 'int8'"),
        ("causal-lm:d,device=", "device is a name; got ''"),
        ("causal-lm:d,dtpye=float32", "causal-lm has no option 'dtpye'; there are answer_tokens, batch"),
        ("causal-lm:d,model=x", "causal-lm has no option 'model'"),
        ("extractive:d,batch=2", "extractive has no option 'batch'; it has none"),
        ("https://h/v1,dtype=float16", "https has no option 'dtype'"),
        ("causal-lm:d,batch=2,batch=3", "says batch twice"),
    ],
)
def test_wrong_options_are_refused(text, said):
    """With what would be right."""
    with pytest.raises(ConfigError, match=said):
        ReaderSpec.of(text)


def test_a_prompt_that_is_not_there_is_refused():
    """By name."""
    with pytest.raises(
        InputError, match="prompt: there is no 'shrt'; give one of short, cite, plain, or a file"
    ):
        ReaderSpec.of("causal-lm:d,prompt=shrt")
