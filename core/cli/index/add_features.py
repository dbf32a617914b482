"""``excerpt index add-features``: compute what a chain needs of passages that are indexed already."""

import click

from excerpt.cli.index.options import Steps, feature_names, writing
from excerpt.cli.progress import progress

__all__ = ["command"]


@click.command()
@click.argument("index")
@click.argument("features", nargs=-1, required=True)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(index: str, features: tuple[str, ...], *, quiet: bool) -> None:
    """Compute FEATURES of every passage of INDEX and store them; nothing else is computed again.

    FEATURES are records, sentences, words, guards, tokens, evidence, keep, sentence-vectors, late-interaction,
    centrality or communities, the latter seven with a tokenizer or model after a colon where it is not the default one;
    or default, for what the default chain reads.
    """
    from excerpt.retrievers import Index

    names = [name for feature in features for name in feature_names(feature, encoder=feature)]
    with writing(index), progress("passages", quiet=quiet) as bar:
        Index.open(index).add_features(names, progress=Steps(bar))
