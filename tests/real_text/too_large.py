"""What does not fit: its best part is taken, and what is lost is said."""

from real_text.table import Case

LONG = "A single sentence about a lantern which is far too long for the room that is given here and has no border inside it"
CASES = [
    Case("no-room-sentence", "Where is the lantern?", 2, LONG, warns=True, beside=()),
    Case(
        "no-room-row",
        "What is the price of tar?",
        2,
        "good,price,unit\nrope and line,12,metre\ntar and pitch,9,bucket\nwax and tallow,4,pound",
        warns=True,
        beside=(),
    ),
    Case(
        "no-room-log",
        "What broke?",
        2,
        "2031-01-01 10:00:00 ERROR the main shaft of the mill broke\n2031-01-01 10:00:09 INFO the miller was called\n2031-01-01 10:01:00 INFO bread is sold",
        warns=True,
        beside=(),
    ),
    Case(
        "no-room-json",
        "What is the name?",
        2,
        '{"person": {"name": "Gudrun Holmsen", "town": "Vardø"}, "visits": [1, 2, 3]}',
        warns=True,
        beside=(),
    ),
    Case(
        "no-room-code",
        "What does mix return?",
        2,
        "def mix(flour, water, salt):\n    dough = knead(flour, water)\n    return rest(dough, salt)\n",
        warns=True,
        beside=(),
    ),
    Case(
        "no-room-chinese",
        "灯塔在哪里？",
        2,
        "灯塔在很远很远的北方的一个没有名字也没有人住的小岛上面",
        warns=True,
        beside=(),
    ),
    Case(
        "no-room-url",
        "Where is the form?",
        3,
        "https://forms.example.org/harbour/berths/2031/application-for-a-berth-of-more-than-twelve-metres.html",
        warns=True,
        beside=(),
    ),
    Case(
        "no-room-html",
        "When is mass?",
        2,
        "<p>Mass is read at nine o'clock on Sundays and on the days of the saints.</p><p>Candles are sold.</p>",
        warns=True,
        beside=(),
    ),
    Case(
        "no-room-two-passages",
        "Where is the lantern?",
        2,
        LONG,
        warns=True,
        beside=("Another sentence about the lantern that does not fit either, as it is long",),
    ),
    Case(
        "no-room-negation",
        "Is the lantern lit?",
        3,
        "The lantern is not lit on nights when the moon is full and the sea is calm along the whole coast",
        drop=["lantern is lit", "lantern lit"],
        warns=True,
        beside=(),
    ),
    Case(
        "clause",
        "Which hall is the loom in?",
        18,
        "The loom, which was carried over the pass by mules in the year of the flood and has lost two of its beams, is in hall 9 of the old mill.",
        keep=["hall 9"],
        warns=True,
    ),
    Case(
        "clause-in-front",
        "Who sold the orchard?",
        14,
        "The widow Amdal sold the orchard, although her sons had planted most of the trees and the bank had offered to wait until the harvest of the next year.",
        keep=["The widow Amdal sold the orchard"],
        warns=True,
    ),
    Case(
        "run-of-words",
        "Which glaze was used for the tiles?",
        16,
        "during the second firing of the winter the potter used a glaze of iron and ash for the tiles of the bath that the duke had ordered for his summer house near the lake",
        keep=["glaze of iron and ash"],
        warns=True,
    ),
    Case(
        "number-kept-whole",
        "How many bricks were ordered?",
        14,
        "For the north wall of the new school and the two sheds behind it the builder has ordered 12 500 bricks from the kiln at the ford and will fetch them by boat",
        keep=["12 500 bricks"],
        warns=True,
    ),
    Case(
        "rows-of-a-cell",
        "What do trawlers pay a night?",
        30,
        "Fees: "
        + "; ".join(
            f"{kind} pay {fee} kr a night"
            for kind, fee in [
                ("dinghies", 40),
                ("ketches", 95),
                ("yawls", 110),
                ("trawlers", 260),
                ("barges", 310),
                ("tugs", 180),
            ]
        )
        + ".",
        keep=["trawlers pay 260 kr a night"],
        warns=True,
    ),
    Case(
        "items-of-an-array",
        "Is quince in the list?",
        30,
        '{"fruit": ["'
        + '", "'.join(
            [
                "apple",
                "bilberry",
                "cherry",
                "damson",
                "elder",
                "fig",
                "grape",
                "medlar",
                "pear",
                "plum",
                "quince",
                "rowan",
                "sloe",
            ]
            * 3
        )
        + '"]}',
        keep=["quince"],
    ),
    Case(
        "long-log-entry",
        "Which rule blocked the request?",
        34,
        "2031-02-02 10:00:00 WARN firewall: request from 10.0.0.8 to the archive was looked at by eleven rules in turn, and the rule that blocked the request is named no-night-copies, as every day",
        keep=["no-night-copies"],
        warns=True,
    ),
    Case(
        "long-turn",
        "What did the vet find on the brown one?",
        24,
        "Vet: I looked at all of the goats in the pen by the road, at their eyes, their hooves and their coats, the vet found lice on the brown one, and I will come back in a week with a powder",
        keep=["the vet found lice on the brown one"],
        warns=True,
    ),
    Case(
        "long-cell",
        "When did the Alba sink?",
        30,
        "name | story\nAlba | built for the sound, painted twice, sold to the islands, the ferry sank in 1954, raised a year later and broken up for her brass and her oak by two brothers\nBrage | lost\nCeres | sold",
        keep=["the ferry sank in 1954"],
    ),
    Case(
        "long-function",
        "Which error does load raise?",
        40,
        "def load(path, mode='r', tries=3):\n"
        + "\n".join(f"    step_{n} = read(path, {n})" for n in range(20))
        + "\n    raise BrokenLedger(path)\n"
        + "\n".join(f"    close(step_{n})" for n in range(20)),
        keep=["raise BrokenLedger(path)"],
    ),
]
