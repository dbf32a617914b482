"""Loading without progress bars and notes."""

import pytest
import transformers

from excerpt.models.runtime.loading import without_bars, without_notes


def _fail_quietly(logging):
    with without_bars(transformers):
        assert not logging.is_progress_bar_enabled()
        message = "no file"
        raise OSError(message)


@pytest.mark.parametrize("shown", [True, False])
def test_bars_are_as_they_were_afterwards(shown):
    """Also when loading fails; a caller's own choice stays."""
    logging = transformers.utils.logging
    before = logging.is_progress_bar_enabled()
    try:
        (logging.enable_progress_bar if shown else logging.disable_progress_bar)()
        with pytest.raises(OSError, match="no file"):
            _fail_quietly(logging)
        assert logging.is_progress_bar_enabled() == shown
    finally:
        (logging.enable_progress_bar if before else logging.disable_progress_bar)()


def test_notes_are_as_they_were_afterwards():
    """Errors are logged all the same, and the caller's verbosity comes back."""
    logging = transformers.utils.logging
    before = logging.get_verbosity()
    with without_notes(transformers):
        assert logging.get_verbosity() == logging.ERROR
    assert logging.get_verbosity() == before
