"""Tables of bars, with and without a rule and outer bars: a row is a unit, and comes with the header."""

from real_text.table import Case

CASES = [
    Case(
        "two-header-rows",
        "What was the cost of feed in 2030?",
        50,
        " |  | Year | \n | 2031 | 2030 | 2029\nFeed | 812 | 774 | 690\nVet | 120 | 98 | 143\nFuel | 333 | 310 | 305\nWages | 2,100 | 2,050 | 1,980",
        keep=["Feed | 812 | 774 | 690", "2031 | 2030 | 2029"],
    ),
    Case(
        "no-rule",
        "How many beds has the eye ward?",
        44,
        "Ward | Floor | Beds\nSkin | 1 | 18\nEyes | 2 | 24\nHeart | 3 | 30\nBones | 3 | 27\nLungs | 4 | 22",
        keep=["Ward | Floor | Beds", "Eyes | 2 | 24"],
    ),
    Case(
        "ruled",
        "Which flour has the baguette?",
        50,
        "| Bread | Flour | Hours |\n| --- | --- | --- |\n| Baguette | wheat | 5 |\n| Borodinsky | rye | 20 |\n| Focaccia | durum | 8 |\n| Injera | teff | 72 |",
        keep=["| Bread | Flour | Hours |", "| Baguette | wheat | 5 |"],
    ),
    Case(
        "ruled-without-outer-bars",
        "How long is Injera left to rise?",
        54,
        "Bread | Flour | Hours\n--- | --- | ---\nBaguette | wheat | 5\nBorodinsky | rye | 20\nFocaccia | durum | 8\nInjera | teff | 72",
        keep=["Bread | Flour | Hours", "Injera | teff | 72"],
    ),
    Case(
        "outer-bars-without-rule",
        "Which lens has the telescope Kestrel?",
        50,
        "| Telescope | Lens | Dome |\n| Heron | 0.4 m | east |\n| Kestrel | 1.2 m | west |\n| Lark | 0.6 m | east |\n| Osprey | 2.0 m | south |",
        keep=["| Telescope | Lens | Dome |", "| Kestrel | 1.2 m | west |"],
    ),
    Case(
        "prose-around",
        "Who is on duty on Tuesday?",
        56,
        "The rota for May is below.\n\n| Day | Nurse |\n|---|---|\n| Monday | Aino |\n| Tuesday | Bilal |\n| Wednesday | Carla |\n| Thursday | Deniz |\n\nSwaps are written on the board.",
        keep=["| Day | Nurse |", "| Tuesday | Bilal |"],
    ),
    Case(
        "two-tables",
        "What is the price of tar?",
        50,
        "| Rope | Metres |\n|---|---|\n| Hemp | 40 |\n| Sisal | 25 |\n\n| Good | Price |\n|---|---|\n| Paint | 12 |\n| Tar | 9 |\n| Wax | 4 |",
        keep=["| Good | Price |", "| Tar | 9 |"],
        drop=["| Rope | Metres |\n|---|---|\n| Tar"],
    ),
    Case(
        "empty-cells",
        "What is the grade of Ylva in chemistry?",
        60,
        "| Pupil | Algebra | Chemistry |\n|---|---|---|\n| Tor | B | |\n| Una | | C |\n| Vidar | A | B |\n| Ylva | | A |\n| Zoe | D | |",
        keep=["| Pupil | Algebra | Chemistry |", "| Ylva | | A |"],
    ),
    Case(
        "very-large-header",
        "How much rain fell on Skerry?",
        70,
        "| Island name as it is on the chart of the year | Rain of the whole year in millimetres | Days with frost |\n|---|---|---|\n| Holm | 911 | 30 |\n| Lunga | 1,204 | 12 |\n| Skerry | 1,377 | 9 |\n| Sula | 1,120 | 14 |\n| Vagar | 1,655 | 22 |",
        keep=["| Skerry | 1,377 | 9 |", "Rain of the whole year in millimetres"],
    ),
    Case(
        "header-that-does-not-fit",
        "How much rain fell on Skerry?",
        16,
        "| Island name as it is on the chart of the year | Rain of the whole year in millimetres | Days with frost |\n|---|---|---|\n| Holm | 911 | 30 |\n| Skerry | 1,377 | 9 |\n| Sula | 1,120 | 14 |",
        keep=["| Skerry | 1,377 | 9 |"],
        warns=True,
    ),
]
