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
    width = max(len(part.feature) for part in manifest.parts)
    columns = f"{'segment':>7} {'rows':>12} {'bytes':>16} {'bytes/passage':>14}  fingerprint"
    click.echo(f"{'part':<{width}} {columns}")
    for part, files in sorted(manifest.parts.items()):
        size = sum(seal.bytes for seal in files.files.values())
        fingerprint = str(files.settings.get("fingerprint", ""))[:48]
        click.echo(
            f"{part.feature:<{width}} {part.segment or '-':>7} {files.rows:>12,} {size:>16,} "
            f"{size / manifest.rows:>14,.1f}  {fingerprint}".rstrip()
        )
