"""Budgets by role and recency: the shares by hand, what always holds, and in a conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Chain, ConfigError
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.role_budgets import Item, RoleBudgets
from excerpt.adapters.texts import TextCompressor

ITEMS = st.lists(
    st.builds(
        Item,
        st.sampled_from(["system", "tool", "retrieved", "history", "memory", "mine"]),
        st.integers(0, 500),
        st.integers(0, 9),
    ),
    max_size=8,
)


def test_shares_by_hand():
    """Instructions whole; then by weight; four turns ago counts half."""
    budgets = RoleBudgets(600, fewest=1, half_life=4)
    items = [Item("system", 100), Item("tool", 1000), Item("history", 1000), Item("tool", 1000, age=4)]
    system, new, history, old = budgets.split(items)
    assert system == 100
    assert abs(new - 250) <= 2  # 1 : 1/2 : 1/2 of the 500 that are left
    assert abs(history - 125) <= 2
    assert abs(old - 125) <= 2
    assert system + new + history + old == 600


def test_what_one_does_not_need_goes_to_the_others():
    """A short item gets all it has."""
    heavy = RoleBudgets(300, fewest=1, weights={"mine": 50})
    assert heavy.split([Item("mine", 20), Item("tool", 1000)]) == [20, 280]
    assert RoleBudgets(5000).split([Item("tool", 20), Item("memory", 1000)]) == [20, 1000]


@given(ITEMS, st.integers(1, 2000), st.integers(1, 40))
def test_what_always_holds(items, tokens, fewest):
    """Never more than an item has, within the budget beyond what is promised to each, all of it spent where needed."""
    budgets = RoleBudgets(tokens, fewest=fewest)
    shares = budgets.split(items)
    assert all(0 <= share <= item.tokens for share, item in zip(shares, items, strict=True))
    assert all(
        share == item.tokens for share, item in zip(shares, items, strict=True) if item.role == "system"
    )
    promised = [item.tokens if item.role == "system" else min(item.tokens, fewest) for item in items]
    assert all(share >= least for share, least in zip(shares, promised, strict=True))
    need = sum(item.tokens for item in items)
    assert sum(shares) == max(sum(promised), min(need, tokens))
    assert shares == budgets.split(items)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"tokens": 0}, "role budgets: tokens must be a whole number of at least 1"),
        ({"tokens": 9, "fewest": 0}, "role budgets: fewest"),
        ({"tokens": 9, "half_life": 0}, "role budgets: half_life"),
        ({"tokens": 9, "weights": {"tool": -1}}, "role budgets: the weight of 'tool'"),
        ({"tokens": 9, "whole": "system"}, "whole a list of roles"),
    ],
)
def test_wrong_options_are_refused(options, says):
    """By name."""
    with pytest.raises(ConfigError, match=says):
        RoleBudgets(**options)
    with pytest.raises(ConfigError, match=r"roles: expected an excerpt\.adapters"):
        Conversation(roles=5)


LONG = "The mill at Arden burned in 1859. It was built again in 1861. Bees sleep in winter. Oats need much rain. "


def request(*results):
    """A question and what tools gave in one turn."""
    calls = [{"id": f"c{n}", "function": {"name": "look", "arguments": "{}"}} for n in range(len(results))]
    answers = [{"role": "tool", "tool_call_id": f"c{n}", "content": text} for n, text in enumerate(results)]
    asked = {"role": "user", "content": "When was the mill at Arden built again?"}
    return {"messages": [asked, {"role": "assistant", "tool_calls": calls}, *answers]}


def conversation(roles=None):
    """By words alone, half of each text."""
    compressor = TextCompressor(Chain(["bm25-sentences"]), budget=0.5, budget_for="each")
    return Conversation(compressor, min_tokens=20, roles=roles)


def test_new_results_share_one_budget_and_are_replayed():
    """Each gets its share at first sight; later the same bytes, whatever else has come."""
    with_roles = conversation(RoleBudgets(200, half_life=1000))
    given = request(LONG * 10, LONG * 5)
    first = with_roles.compress(given, "chat")
    one, other = first.parts
    assert one.tokens_out + other.tokens_out <= 200
    assert one.tokens_out > other.tokens_out >= 32
    assert "built again in 1861" in first.request["messages"][2]["content"]
    more = {
        "messages": [
            *given["messages"],
            {"role": "assistant", "content": "1861."},
            *request(LONG * 8)["messages"][1:],
        ]
    }
    more["messages"][-1]["tool_call_id"] = more["messages"][-2]["tool_calls"][0]["id"] = "later"
    again = with_roles.compress(more, "chat")
    assert [m["content"] for m in again.request["messages"][2:4]] == [
        m["content"] for m in first.request["messages"][2:4]
    ]
    assert again.parts[-1].tokens_out <= 32  # what was sent before has used the budget up


def test_without_roles_nothing_changes():
    """The compressor's own budget, text by text."""
    plain = conversation().compress(request(LONG * 10, LONG * 5), "chat")
    assert all(0.4 < part.tokens_out / part.tokens_in <= 0.5 for part in plain.parts)
