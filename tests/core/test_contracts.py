"""The optional members of parts."""

import pytest

from excerpt.contracts import CompressorContract, ScorerContract, with_defaults


class Foreign:
    name = "foreign"

    def compress(self, context, room):
        return context


class Own(CompressorContract):
    name = "own"
    headroom = 2.0

    def compress(self, context, room):
        return context


def test_an_object_of_two_members_has_all_the_defaults():
    """Nothing else is asked of a stage of somebody else's."""
    stage = Foreign()
    optional = with_defaults(stage, CompressorContract)
    assert (optional.headroom, optional.needs_query, optional.rewrites, optional.scorer) == (
        1.0,
        True,
        False,
        None,
    )
    assert optional.for_reader(None) is stage


def test_what_it_has_holds():
    """Attributes of its own, inherited from the contract or not."""
    stage = Foreign()
    stage.needs_query = False
    stage.for_reader = lambda reader: reader
    optional = with_defaults(stage, CompressorContract)
    assert not optional.needs_query
    assert optional.for_reader("who") == "who"
    own = Own()
    assert with_defaults(own, CompressorContract) is own
    assert (own.headroom, own.rewrites) == (2.0, False)


def test_what_is_no_member_is_an_error():
    """A misspelt one does not read as absent."""
    with pytest.raises(AttributeError):
        with_defaults(Foreign(), ScorerContract).tempersture  # noqa: B018 - it raises
