"""``excerpt index show``: what an index holds."""

import click

__all__ = ["command"]


@click.command()
@click.argument("index")
def command(index: str) -> None:
    """Show the parts of INDEX: rows, bytes a passage, and what made them."""
    from excerpt.retrievers import Index

    manifest = Index.open(index).manifest
    made_by = "no vectors" if manifest.encoder is None else manifest.encoder.name
    click.echo(
        f"{manifest.rows:,} passages; encoder: {made_by}; vectors: {manifest.precision}, {manifest.dense}"
    )
    width = max(map(len, manifest.parts))
    click.echo(f"{'part':<{width}} {'rows':>12} {'bytes':>16} {'bytes/passage':>14}  fingerprint")
    for name, part in sorted(manifest.parts.items()):
        size = sum(seal.bytes for seal in part.files.values())
        fingerprint = str(part.settings.get("fingerprint", ""))[:48]
        click.echo(
            f"{name:<{width}} {part.rows:>12,} {size:>16,} {size / manifest.rows:>14,.1f}  {fingerprint}".rstrip()
        )
