"""A network is called as each version of transformers wants it."""

from excerpt.models.runtime.cache_argument import cache_argument


def test_the_cache_goes_by_the_name_that_the_model_has():
    """A model from before transformers 5.24 takes past_key_values, one from after it takes cache."""

    def older(input_ids=None, past_key_values=None, use_cache=None, **kwargs): ...

    def newer(input_ids=None, cache=None, use_cache=None, **kwargs): ...

    assert cache_argument(older) == "past_key_values"
    assert cache_argument(newer) == "cache"
