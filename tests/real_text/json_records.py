"""JSON: a record is a unit, in pretty print, in one line, in lines, and inside other records."""

import json

from real_text.table import Case

KILNS = [
    {"name": f"kiln-{number}", "glaze": glaze, "hours": number * 3 + 1, "note": f"Shelf {number} is {state}."}
    for number, (glaze, state) in enumerate(
        [("ash", "full"), ("salt", "empty"), ("iron", "cracked"), ("lead", "new"), ("tin", "dusty")] * 3
    )
]
ORCHARD = {
    "orchard": {
        "north": {
            "trees": [{"kind": kind, "age": age} for kind, age in [("plum", 9), ("pear", 31), ("quince", 17)]]
        },
        "south": {
            "trees": [{"kind": kind, "age": age} for kind, age in [("medlar", 4), ("cherry", 22), ("fig", 3)]]
        },
        "gate": {"code": "7719", "open": False},
    }
}
RESPONSE = {
    "status": "ok",
    "took_ms": 14,
    "page": {"number": 2, "of": 9},
    "results": [
        {
            "id": f"doc-{number}",
            "title": title,
            "authors": [{"name": name, "email": f"{name.lower()}@example.org"}],
            "text": f"{title} were counted on {number + 2} islands over {number + 3} summers by volunteers in boats.",
        }
        for number, (title, name) in enumerate(
            [
                ("Puffins", "Solveig"),
                ("Terns", "Magne"),
                ("Eiders", "Ragna"),
                ("Skuas", "Torstein"),
                ("Gannets", "Ylva"),
            ]
        )
    ],
}
STEPS = [
    [["mix", 4], ["rest", 45]],
    [["fold", 3], ["rest", 30]],
    [["shape", 5], ["proof", 90]],
    [["score", 1], ["bake", 38]],
]

CASES = [
    Case(
        "one-line",
        "How many hours does kiln-7 take?",
        60,
        json.dumps({"kilns": KILNS}),
        keep=['"kiln-7"', '"hours": 22'],
    ),
    Case(
        "one-line-without-spaces",
        "How many hours does kiln-7 take?",
        60,
        json.dumps(KILNS, separators=(",", ":")),
        keep=['"kiln-7"', '"hours":22'],
    ),
    Case(
        "pretty",
        "Which glaze has kiln-6?",
        70,
        json.dumps(KILNS, indent=2),
        keep=['"kiln-6"', '"glaze": "salt"'],
    ),
    Case(
        "pretty-with-tabs",
        "What is on the shelf of kiln-12?",
        70,
        json.dumps(KILNS, indent="\t"),
        keep=['"kiln-12"', "Shelf 12 is cracked."],
    ),
    Case(
        "lines",
        "Which glaze has kiln-11?",
        60,
        "\n".join(map(json.dumps, KILNS)),
        keep=['"name": "kiln-11", "glaze": "salt"'],
    ),
    Case(
        "nested-path",
        "What is the code of the orchard gate?",
        40,
        json.dumps(ORCHARD),
        keep=['"gate"', '"7719"'],
    ),
    Case(
        "nested-pretty",
        "What is the age of the cherry tree?",
        60,
        json.dumps(ORCHARD, indent=2),
        keep=['"cherry"', '"age": 22'],
    ),
    Case(
        "response-of-a-service",
        "Who is the author of Eiders?",
        0.4,
        json.dumps(RESPONSE),
        keep=['"title": "Eiders"', '"Ragna"'],
    ),
    Case(
        "response-pretty",
        "On how many islands were Skuas counted?",
        0.4,
        json.dumps(RESPONSE, indent=2),
        keep=["Skuas were counted on 5 islands"],
    ),
    Case(
        "arrays-in-arrays",
        "How long is the proof behind shape?",
        44,
        json.dumps(STEPS),
        keep=['"proof", 90'],
    ),
    Case(
        "cut-at-both-ends",
        "Which glaze has kiln-9?",
        60,
        json.dumps(KILNS)[140:1200],
        keep=['"kiln-9"', '"glaze": "tin"'],
    ),
    Case(
        "sentence-before-it",
        "How many hours does kiln-8 take?",
        70,
        f"The tool answered with this list:\n\n{json.dumps(KILNS)}\n\nNothing else was returned.",
        keep=['"kiln-8"', '"hours": 25'],
    ),
]
