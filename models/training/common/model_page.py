"""The model card of a trained model: README.md in the form of the Hugging Face hub, whose library writes its head.

The text is laid out here: the hub's own template has sections for what a recipe does not know, such as intended users.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from excerpt.imports.extras import require
from excerpt.models.training.common.run_folder import RunFolder
from excerpt.version import __version__

__all__ = ["PageText", "write_model_page"]


@dataclass(frozen=True, slots=True)
class PageText:
    """What a card says beside data, recipe and figures.

    Args:
        title: Its first line.
        what: What the model does and by which paper.
        data: How the files became examples; one paragraph.
        figures: What the figures mean; one paragraph.
        export: The task for ``excerpt models export``; empty for a model that is used as it is.
        chain: The ``[[stage]]`` table that uses the model.
        library: ``transformers`` or ``sentence-transformers``.
        tag: The hub's pipeline tag.
    """

    title: str
    what: str
    data: str
    figures: str
    export: str
    chain: str
    library: str
    tag: str


def write_model_page(
    folder: RunFolder, text: PageText, figures: Mapping[str, Any], counts: Mapping[str, int]
) -> None:
    """Write the card into the folder.

    Args:
        folder: Of the run, for recipe and sources.
        text: The words.
        figures: What was measured on held-out data, by name.
        counts: How many examples there were, by name.

    Raises:
        MissingExtraError: The package huggingface_hub is not installed.
    """
    hub: Any = require("huggingface_hub", extra="train", purpose="writing a model card")
    settings = folder.public_recipe
    head = hub.ModelCardData(
        library_name=text.library,
        pipeline_tag=text.tag,
        base_model=str(settings["base"]),
        tags=["excerpt", "context-compression"],
    )
    sources = ((source.name, f"{source.rows:,}", f"`{source.sha256[:16]}`") for source in folder.sources)
    recipe = ((name, "not set" if value is None else value) for name, value in settings.items())
    page = f"""---
{head.to_yaml()}
---

# {text.title}

{text.what}

## Data

{text.data}

{_table(("file", "rows", "sha256, first 16"), sources)}

{_table(("examples", "count"), ((name, f"{count:,}") for name, count in counts.items()))}

## Recipe

{_table(("setting", "value"), recipe)}

Made with {_versions()}.

## Figures

{text.figures}

{_table(("measure", "value"), ((name, f"{value:.4f}") for name, value in figures.items()))}

![learning curve](curve.png)

## Use

{_use(text, folder.path.name)}

The licence of the weights follows from the base model's and from the data's: state it before you pass them on.
"""
    hub.ModelCard(page).save(folder.path / "README.md")


def _use(text: PageText, name: str) -> str:
    """How it is put into a chain, exported first where that is needed."""
    if not text.export:
        return f"```toml\n{text.chain.format(folder=name)}\n```"
    exported = f"{name}-onnx"
    command = f"excerpt models export {name} -o {exported} --task {text.export} --quantize int8"
    return f"```console\n{command}\n```\n\n```toml\n{text.chain.format(folder=exported)}\n```"


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _versions() -> str:
    versions = [f"excerpt {__version__}"]
    for name in ("torch", "transformers", "sentence-transformers", "scikit-learn"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(versions)
