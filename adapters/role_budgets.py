"""Token budgets by role and recency over items of many kinds: tool, retrieved, history, ... (RCR-Router, 2508.04903).

The paper gives each agent a budget, a base and its role's share, and spends it on the items of a shared memory in the
order of role relevance, stage and recency. Here every item gets a share of one budget by the same three, and the chain
behind spends it inside the item.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from excerpt.checks import check_number, check_whole
from excerpt.errors import ConfigError

__all__ = ["DEFAULT_WEIGHTS", "Item", "RoleBudgets"]

DEFAULT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"retrieved": 1.0, "tool": 1.0, "memory": 0.7, "history": 0.5}
)
"""What a token of each role counts for; any other role counts 1."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that takes tokens of a request.

    Args:
        role: ``"system"``, ``"tool"``, ``"retrieved"``, ``"history"``, ``"memory"``, or a name of your own.
        tokens: How many it has.
        age: How long ago it came, in turns; 0 for what is new.
    """

    role: str
    tokens: int
    age: int = 0


@dataclass(frozen=True)
class RoleBudgets:
    """Splits a budget among items.

    What roles in ``whole`` need comes first and is never cut. The rest goes to the other items by tokens, times the
    weight of the role, times one half for every ``half_life`` turns of age; what an item does not need goes to the
    others. Every item gets ``fewest`` tokens or all it has, even where the budget is smaller than that: nothing is cut
    to pieces that say nothing.

    Args:
        tokens: For all items together.
        weights: By role, instead of those of `DEFAULT_WEIGHTS`; other roles count 1.
        whole: Roles that are never cut. Instructions lose most where they are compressed a little (2512.17920).
        half_life: Turns after which an item counts half.
        fewest: Tokens that an item gets in any case.

    Raises:
        ConfigError: A number is out of range, or a weight is none.
    """

    tokens: int
    weights: Mapping[str, float] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    whole: Collection[str] = ("system", "user")
    half_life: float = 4.0
    fewest: int = 32

    def __post_init__(self) -> None:
        check_whole(self.tokens, "role budgets: tokens", least=1)
        check_whole(self.fewest, "role budgets: fewest", least=1)
        check_number(self.half_life, "role budgets: half_life", least=1e-3)
        if not isinstance(self.weights, Mapping) or isinstance(self.whole, str):
            message = (
                f"role budgets: weights must be a mapping by role and whole a list of roles, got {self.weights!r} and "
                f"{self.whole!r}"
            )
            raise ConfigError(message)
        for role, weight in self.weights.items():
            check_number(weight, f"role budgets: the weight of {role!r}", least=0)

    def split(self, items: Sequence[Item]) -> list[int]:
        """Tokens for each item, never more than it has.

        Args:
            items: In any order; the shares of equal ones may differ by one token, the earlier has it.
        """
        shares = [item.tokens if item.role in self.whole else min(item.tokens, self.fewest) for item in items]
        left = self.tokens - sum(shares)
        open_ = {
            index: self._weight(item) * item.tokens
            for index, item in enumerate(items)
            if shares[index] < item.tokens and self._weight(item) > 0
        }
        while left > 0 and open_:
            total = sum(open_.values())
            given = {index: int(left * weight / total) for index, weight in open_.items()}
            # What is too little to be split goes out token by token, heaviest first.
            if not any(given.values()):
                order = sorted(open_, key=lambda index: (-open_[index], index))
                given = dict.fromkeys(order[:left], 1)
            for index, tokens in given.items():
                more = min(tokens, items[index].tokens - shares[index])
                shares[index] += more
                left -= more
            open_ = {index: weight for index, weight in open_.items() if shares[index] < items[index].tokens}
        return shares

    def _weight(self, item: Item) -> float:
        return float(self.weights.get(item.role, 1.0) * 0.5 ** (item.age / self.half_life))
