"""An index of passages on disk: vectors and words, searched together."""

from collections.abc import Collection, Iterable, Iterator, Sequence, Sized
from numbers import Integral
from pathlib import Path
from typing import NamedTuple, Self, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.budget import Budget, BudgetLike
from excerpt.chain import ChainLike
from excerpt.errors import InputError
from excerpt.models.readers.protocols import Reader
from excerpt.observe.logs import get_logger
from excerpt.presets import DEFAULT_RATIO, compress, load_chain
from excerpt.retrievers.answering import Answered, check_reader, read
from excerpt.retrievers.build.adding import Added, add_passages
from excerpt.retrievers.build.blocks import blocks_of
from excerpt.retrievers.build.changes import add_features, compact, delete_passages
from excerpt.retrievers.build.computing import forget, work_folder
from excerpt.retrievers.build.sources import Feature, named_sources
from excerpt.retrievers.build.writing import GenerationWriter, IndexProgress, Plan
from excerpt.retrievers.dense.encoding import (
    DEFAULT_ENCODER,
    EncoderLike,
    query_vector,
)
from excerpt.retrievers.dense.index_encoder import IndexEncoder, encoder_for
from excerpt.retrievers.dense.index_vectors import IndexVectors
from excerpt.retrievers.hits import Hit
from excerpt.retrievers.search import Mode, search
from excerpt.retrievers.store.filters import Masks, Where
from excerpt.retrievers.store.folder import Staging
from excerpt.retrievers.store.generation import Generation, open_current
from excerpt.retrievers.store.manifest import Dense, Manifest, Precision
from excerpt.tokens import TokenizerLike
from excerpt.values.coerce import PassageLike, to_query
from excerpt.values.compressed import Compressed
from excerpt.values.report import Report
from excerpt.values.stored import Store
from excerpt.values.types import Passage

__all__ = ["Index"]

_LOG = get_logger(__name__)


class Index:
    """Passages on disk with vectors and BM25, memory-mapped. Made by `build` or `open`.

    Searching is safe from several threads; several processes may read while one writes.
    ``len(index)`` is the number of passages, ``index[i]`` one of them.
    """

    def __init__(self, path: Path, generation: Generation, encoder: EncoderLike | None = None) -> None:
        self.path = path
        self._state = _State(generation, Masks(generation.passages))
        self._warned: set[str] = set()
        self._encoder = IndexEncoder(path, generation.manifest, encoder)

    @classmethod
    def build(  # noqa: PLR0913 - the options of one verb, all but two by keyword
        cls,
        passages: Iterable[PassageLike],
        path: str | Path,
        *,
        encoder: EncoderLike | None = DEFAULT_ENCODER,
        dense: Dense = "auto",
        lexical: bool = True,
        precision: Precision = "float32",
        features: Sequence[Feature] = (),
        batch: int = 256,
        progress: IndexProgress | None = None,
    ) -> Self:
        """Build an index, and replace the one at ``path`` if there is one.

        The passages may be an iterator of any length: they are read once, ``batch`` at a time. Nothing is
        visible at ``path`` before all is written, and what was there stays until then. The files depend
        on the passages, the encoder and the options alone, not on ``batch``.

        Args:
            passages: Texts, mappings with ``text``, `Passage` or LangChain ``Document`` objects. Ids, where there are
                any, are unique.
            path: The folder to make, ``name.excerpt`` by custom.
            encoder: A name, an object such as `excerpt.models.SentenceEncoder`, or None for words only.
            dense: ``"exact"``, ``"hnsw"`` (approximate), or ``"auto"``: approximate from 100,000 passages.
            lexical: Whether to build BM25.
            precision: ``"float16"`` halves the vectors; scores then differ in the fourth decimal.
            features: What to store for the stages of a chain: names (`excerpt.retrievers.build.sources`), such as those
                of ``DEFAULT_FEATURES``, or `excerpt.values.stored.Precomputed` objects. Each is stored once for each
                distinct title and text. They can be added later too.
            batch: Passages that are encoded together.
            progress: Called with a step, how many passages are done, and of how many (or None).

        Raises:
            InputError: A passage or an option is wrong, or two passages have one id; the message names it.
            ModelError: The encoder cannot be had.
            StoreError: Another process is writing there.
        """
        sources = named_sources(features)
        loaded = None if encoder is None else encoder_for(encoder, sources)
        plan = Plan(loaded, dense, precision, lexical, sources)
        total = len(passages) if isinstance(passages, Sized) else None
        blocks = blocks_of(passages, batch)
        with Staging(Path(path)) as staging:
            work = work_folder(Path(path))
            with GenerationWriter(staging.generation, plan, progress, work=work) as writer:
                for block in blocks:
                    writer.append(block, total)
                manifest = writer.finish()
            staging.publish(manifest.to_json())
        forget(Path(path))
        return cls(Path(path), open_current(Path(path)), loaded)

    @classmethod
    def open(cls, path: str | Path, *, encoder: EncoderLike | None = None) -> Self:
        """Open an index by memory-mapping it.

        Sizes of all files are checked, files up to 16 MB and a FAISS index by SHA-256, larger ones by a
        sample; `verify` checks all of everything.

        Args:
            path: The folder of the index.
            encoder: The encoder it was built with. By default it is loaded by its name from the manifest
                when a search first needs it.

        Raises:
            StoreError: There is no index, a file is missing, corrupt or foreign, or the index was built
                with another encoder.
        """
        return cls(Path(path), open_current(Path(path)), encoder)

    def add(
        self,
        passages: Iterable[PassageLike],
        *,
        batch: int = 256,
        features: Sequence[Feature] = (),
        progress: IndexProgress | None = None,
    ) -> Added:
        """Add passages at the end, and switch this object to the new state.

        A passage with an id that is there takes the place of the older one, at the end; one that is there as it is
        changes nothing. Passages without an id are always new.

        What is there is verified and copied, not encoded again; stored features are not even copied. BM25 is
        counted anew, since each passage changes the weight of every word. The files are those that one build of
        all passages gives, but for features, which come in a segment of their own until `compact`, and for
        the FAISS index of an approximate one, which is kept until a quarter of the rows stand outside it. Other open
        indexes keep the state they have.

        Args:
            passages: As for `build`.
            batch: Passages that are encoded together.
            features: Sources of stored features that cannot be made by their names.
            progress: As for `build`.

        Returns:
            How many passages were new, changed, and the same.

        Raises:
            InputError: A passage is wrong, or two have one id; nothing is changed.
            StoreError: A file is corrupt, or another process is writing.
        """
        encoder = None if self.manifest.encoder is None else self._encoder.ready(self.manifest)
        sources = named_sources(features)
        added = add_passages(self.path, passages, encoder, sources, batch=batch, progress=progress)
        self._reopened()
        return added

    def delete(
        self,
        ids: Collection[str] | None = None,
        *,
        where: Where | None = None,
        progress: IndexProgress | None = None,
    ) -> int:
        """Delete passages by id or by their metadata, and switch this object to the new state.

        Searches then answer as if the passages had never been there. Their stored features stay on disk until
        `compact`.

        Args:
            ids: Their ids. Give this or ``where``.
            where: Conditions on metadata (`excerpt.retrievers.store.filters.Where`); whatever they hold for goes.
            progress: As for `build`.

        Returns:
            How many passages were deleted.

        Raises:
            InputError: No passage has one of the ids, none is chosen, or none would be left; nothing is changed.
            StoreError: A file is corrupt, or another process is writing.
        """
        count = delete_passages(self.path, ids, progress, where)
        self._reopened()
        return count

    def compact(self, *, progress: IndexProgress | None = None) -> Self:
        """Write the index as one build of its passages would: one segment of features, a whole FAISS index.

        Raises:
            StoreError: A file is corrupt, or another process is writing.
        """
        compact(self.path, progress)
        return self._reopened()

    def add_features(self, features: Sequence[Feature], *, progress: IndexProgress | None = None) -> Self:
        """Compute and store more features of the passages that are there; nothing else is computed again.

        Args:
            features: As for `build`. One that is there already is computed anew.
            progress: As for `build`.

        Raises:
            ConfigError: There is no such feature.
            StoreError: A file is corrupt, or another process is writing.
        """
        add_features(self.path, named_sources(features), progress)
        return self._reopened()

    def search(
        self, query: str, k: int = 50, *, mode: Mode = "fused", where: Where | None = None
    ) -> list[Hit]:
        """The passages that fit a query best.

        Args:
            query: The question.
            k: How many at most.
            mode: ``"dense"`` by cosine, ``"lexical"`` by BM25 (only passages that share a word with the
                query), or ``"fused"``: both, by reciprocal rank fusion. ``"fused"`` on an index that has
                only one of them uses that one. ``"linked"``: the same, and what names in the best passages lead to
                (`excerpt.retrievers.linked`), for questions of several hops.
            where: Conditions on metadata, such as ``{"year": {">=": 1900}, "kind": ["mill", "weir"]}``
                (`excerpt.retrievers.store.filters.Where`): only passages that they hold for are found. These are
                searched exactly; words weigh what they weigh in the whole index. The first search with a condition
                reads all metadata.

        Returns:
            Hits, best first; the passage that stands first in the index among equals.

        Raises:
            InputError: The query is empty, ``k`` is below 1, there is no such mode, or ``where`` is wrong.
            StoreError: The index lacks what the mode needs, or is corrupt.
            ModelError: The encoder cannot be had.
        """
        question = to_query(query)
        if not isinstance(k, Integral) or isinstance(k, bool) or k < 1:
            message = f"k: must be a whole number above 0, got {k!r}"
            raise InputError(message)
        if mode not in get_args(Mode):
            message = f"mode: must be one of {', '.join(get_args(Mode))}; got {mode!r}"
            raise InputError(message)
        generation, masks = self._state  # both of one state, whoever adds meanwhile
        mask = None if where is None else masks.of(where)
        if mask is not None and not mask.any():
            return []
        return search(generation, question, int(k), mode, self.encode, mask=mask)

    @property
    def _generation(self) -> Generation:
        return self._state.generation

    def more(
        self, query: str, have: Sequence[Passage], *, mode: Mode = "fused", where: Where | None = None
    ) -> list[Passage]:
        """Twice as many passages, without those that there are: for `excerpt.until_sufficient`.

        Args:
            query: The question.
            have: The passages that there are; from here or from elsewhere.
            mode: As for `search`.
            where: As for `search`.

        Returns:
            Those that are new, best first, with their scores (`Hit.scored`); none where the index has no more.

        Raises:
            ExcerptError: As `search`.
        """
        known = {(passage.id, passage.title, passage.text) for passage in have}
        hits = self.search(query, max(2 * len(have), 1), mode=mode, where=where)
        found = [hit.scored() for hit in hits]
        return [each for each in found if (each.id, each.title, each.text) not in known]

    def compress(  # noqa: PLR0913 - the options of one verb, all but two by keyword
        self,
        query: str,
        k: int = 50,
        *,
        budget: BudgetLike = DEFAULT_RATIO,
        chain: ChainLike = "default",
        tokenizer: TokenizerLike | None = None,
        mode: Mode = "fused",
        where: Where | None = None,
    ) -> Compressed:
        """Search, and compress what was found. The passages carry their scores (`Hit.scored`).

        Args:
            query: The question.
            k: Passages to retrieve.
            budget: An `excerpt.Budget`, an int (tokens) or a float (ratio kept).
            chain: A preset name, the path of a TOML file, or an `excerpt.Chain`.
            tokenizer: The reader's, which counts the budget, as for `excerpt.compress`.
            mode: As for `search`.
            where: As for `search`.

        Raises:
            ExcerptError: As `search` and `excerpt.compress`.
        """
        counted = Budget.counted(budget, tokenizer)
        self.share_encoder(chain)
        passages = [hit.scored() for hit in self.search(query, k, mode=mode, where=where)]
        result = compress(query, passages, budget=counted, chain=chain, stored=self.features)
        self.warn_of_computed(result.report)
        return result

    def answer(  # noqa: PLR0913 - the options of one verb, all but two by keyword
        self,
        question: str,
        reader: Reader,
        *,
        k: int = 50,
        budget: BudgetLike = DEFAULT_RATIO,
        chain: ChainLike = "default",
        tokenizer: TokenizerLike | None = None,
        mode: Mode = "fused",
        where: Where | None = None,
    ) -> Answered:
        """Search, compress, and have a reader answer from what was kept; with the sentences that the answer rests on.

        Args:
            question: The question.
            reader: Who answers (`excerpt.models.readers`). A chain with `excerpt.compressors.XRAG` is made for it.
            k: Passages to retrieve.
            budget: As for `compress`.
            chain: As for `compress`.
            tokenizer: As for `compress`.
            mode: As for `search`.
            where: As for `search`.

        Raises:
            InputError: ``reader`` is none.
            ExcerptError: As `compress`; or the reader cannot be had, or refuses.
        """
        check_reader(reader)
        made = load_chain(chain).for_reader(reader)
        kept = self.compress(
            question, k, budget=budget, chain=made, tokenizer=tokenizer, mode=mode, where=where
        )
        return read(question, kept, reader)

    @property
    def features(self) -> Store:
        """What is stored of passages, for ``Chain.compress(..., stored=index.features)``.

        A passage is recognised by its title and text, wherever it comes from; its vector, if a search found it here.
        """
        return IndexVectors(self._generation)

    def share_encoder(self, chain: ChainLike) -> None:
        """Encode questions with the chain's own encoder, where it is the one that the index was built with.

        A question is then encoded once for the search and for the chain, and the model is in memory once.
        """
        self._encoder.share(load_chain(chain).stages, self.manifest)

    def warn_of_computed(self, report: Report) -> None:
        """Log a warning, once for each name, of what had to be computed although features are stored here.

        Because that feature is not among them, or was made by another model, setting or version of excerpt. The result
        is the same; the time is not.
        """
        computed = set(report.computed) - self._warned
        if computed and self.manifest.features:
            self._warned |= computed
            _LOG.warning(
                "%s: computed for the question, because not stored (or by another model, setting or version): %s",
                self.path,
                ", ".join(sorted(computed)),
            )

    def verify(self) -> None:
        """Hash every file whole and compare with the manifest.

        Raises:
            StoreError: A file differs; the message names it. Or the index was written again since.
        """
        self._generation.verify()

    @property
    def manifest(self) -> Manifest:
        """What the index holds and what made it."""
        return self._generation.manifest

    def encode(self, query: str) -> NDArray[np.float32]:
        """The vector of a query, of length one, float32 ``(dim,)``.

        Raises:
            ModelError: The encoder cannot be had.
            StoreError: The index has no vectors, or they are another encoder's.
        """
        return query_vector(self._encoder.ready(self.manifest), query)

    def __len__(self) -> int:
        return len(self._generation.passages)

    def __getitem__(self, row: int) -> Passage:
        count = len(self)
        if not -count <= row < count:
            message = f"passage {row} of an index of {count}"
            raise IndexError(message)
        return self._generation.passages.passage(row % count)

    def __iter__(self) -> Iterator[Passage]:
        passages = self._generation.passages
        return (passages.passage(row) for row in range(len(passages)))

    def __repr__(self) -> str:
        return f"Index({str(self.path)!r}, {len(self)} passages)"

    def _reopened(self) -> Self:
        generation = open_current(self.path)
        self._state = _State(generation, Masks(generation.passages))
        return self


class _State(NamedTuple):
    """What is open: it changes all at once."""

    generation: Generation
    masks: Masks
