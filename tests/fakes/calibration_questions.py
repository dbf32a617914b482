"""Questions with evidence for tests of calibration; import with ``import calibration_questions``."""

import random

WORDS = (
    "mill",
    "river",
    "rye",
    "sails",
    "barn",
    "ferry",
    "wheat",
    "hill",
    "road",
    "smith",
    "bread",
    "wind",
    "sack",
    "cart",
)


def questions(count, seed=0):
    """Rows in the JSONL input form: a key, and three passages of which one sentence gives its number."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        key, other = draw.sample(WORDS, 2)
        answer = f"room {number}"
        gold = f"The {key} stands in {answer}."
        plain = [f"A {' '.join(draw.choices(WORDS, k=draw.randint(3, 9)))}." for _ in range(8)]
        place = draw.randrange(4)
        for _ in range(number % 4):  # rivals that match the question better
            plain[draw.randrange(8)] = (
                f"Where {draw.choice(WORDS)} or {key} does stand is asked by {draw.choice(WORDS)}."
            )
        texts = [
            " ".join([*plain[:place], gold, *plain[place:4]]),
            " ".join(plain[4:]),
            f"The {other} is old.",
        ]
        start = texts[0].index(gold)
        passages = [{"text": text} for text in texts]
        passages[0]["evidence"] = [[start, start + len(gold)]]
        draw.shuffle(passages)
        rows.append(
            {
                "id": number,
                "question": f"Where does the {key} stand?",
                "answers": [answer],
                "passages": passages,
                "lang": "de" if number % 3 else "nl",
            }
        )
    return rows
