"""Search by meaning beside the words: a tiny real embedder, vectors in a library, and how two rankings are fused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from agents.embedding import embed
from agents.engines.embedder import Embedder
from swarm.documents.embedder import embedder_folder
from swarm.documents.ingest import Ingestion
from swarm.documents.records import Layer
from swarm.documents.retrieval import fused, retrieved
from swarm.documents.store import Library
from swarm.errors import WeightsError
from swarm.privacy import Screen

WORDS = ["[PAD]", "[UNK]", "lease", "lasts", "fence", "pump", "valve", "opens", "keeps", "others", "out", "water"]
PAGE = "# House\n\n## A\n\nThe pump keeps water.\n\n## B\n\nThe valve opens.\n\n## C\n\nA fence keeps others out.\n"


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    folder = tmp_path_factory.mktemp("embedder")
    words = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    torch.manual_seed(1)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=300, **shape)).save_pretrained(folder)
    return Embedder(folder)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "page.md").write_text(PAGE)
    opened = Library(tmp_path / "lib", create=True)
    Ingestion(opened, Screen()).run([str(tmp_path / "page.md")])
    return opened


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(embedder: Embedder) -> None:
    texts = ["pump keeps water", "valve", "word " * 400]
    together = embedder.vectors(texts)
    assert together.shape == (3, 16)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(together[1], embedder.vectors(["valve"])[0], atol=1e-5)
    assert embedder.vectors([]).shape == (0, 16)


def test_what_is_new_is_embedded_and_what_is_gone_is_forgotten(
    embedder: Embedder, library: Library, tmp_path: Path
) -> None:
    sections = len(library.units(Layer.SECTION))
    assert (embed(library, embedder), embed(library, embedder)) == (sections, 0)
    before = set(library.vectors()[0])
    (tmp_path / "page.md").write_text(PAGE.replace("The valve opens", "The valve opens others"))
    Ingestion(library, Screen()).run([str(tmp_path / "page.md")])
    assert embed(library, embedder) == 1
    ids, matrix = library.vectors()
    assert (len(ids), matrix.shape) == (sections, (sections, 16))
    assert len(before - set(ids)) == 1


def test_a_passage_without_a_word_of_the_question_is_found_by_its_vector(embedder: Embedder, library: Library) -> None:
    embed(library, embedder)
    (unit,) = [each for each in library.units(Layer.SECTION) if "fence" in each.text]
    (vector,) = embedder.vectors([f"{unit.name}: {unit.text}"])
    assert retrieved(library, "zzzz") == []
    assert retrieved(library, "zzzz", 3, vector)[0].id == unit.id


def test_a_library_that_is_not_embedded_is_refused(library: Library) -> None:
    with pytest.raises(ValueError, match="is not embedded: swarm documents embed"):
        retrieved(library, "pump", 3, np.ones(16, np.float32))


def test_two_rankings_are_one_by_reciprocal_ranks() -> None:
    assert fused([["a", "b", "c"], ["b", "d"]]) == ["b", "a", "d", "c"]
    assert fused([[], []]) == []


def test_an_embedder_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SWARM_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsError, match="there is no embedder"):
        embedder_folder()
