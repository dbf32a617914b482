"""Markdown: prose and items are read with the headings above them."""

from real_text.table import Case

MANUAL = """# Dough mixer

Read this page before the first use. Keep it near the machine.

## Cleaning

The bowl goes into the dishwasher. Wipe the arm with a damp cloth.

## Speeds

- Speed 1: cake batter
- Speed 2: wheat dough
- Speed 3: cream

### Limits

Never run speed 3 for more than four minutes.

## Warranty

The motor is covered for seven years. The bowl is not covered.
"""
NOTES = """# Release notes

## 3.2

* The map draws tides.
* Printing is faster.

## 3.1

* The timeout of the pilot link is 90 seconds.
* Two typos were mended.

## 3.0

* The old format is gone.
"""
CASES = [
    Case(
        "sentence-under-heading",
        "How long is the motor covered by the warranty?",
        34,
        MANUAL,
        keep=["## Warranty", "The motor is covered for seven years."],
    ),
    Case(
        "item-under-heading",
        "Which speed is for wheat dough?",
        34,
        MANUAL,
        keep=["## Speeds", "Speed 2: wheat dough"],
    ),
    Case(
        "sub-heading",
        "For how many minutes may speed 3 run?",
        50,
        MANUAL,
        keep=["### Limits", "Never run speed 3 for more than four minutes."],
    ),
    Case(
        "version",
        "In which version was the timeout of the pilot link set?",
        40,
        NOTES,
        keep=["## 3.1", "The timeout of the pilot link is 90 seconds."],
    ),
    Case(
        "version-of-map",
        "Which version draws tides on the map?",
        34,
        NOTES,
        keep=["## 3.2", "The map draws tides."],
    ),
    Case(
        "numbered-steps",
        "At which step is the yeast added?",
        30,
        "## Rye loaf\n\n1. Grind the rye.\n2. Warm the water.\n3. The yeast is added with honey.\n4. Knead for ten minutes.\n5. Wait until noon.\n",
        keep=["3. The yeast is added with honey."],
    ),
    Case(
        "quote",
        "What did the inspector write about the stairs?",
        40,
        "The house was visited twice.\n\n> The stairs are rotten and must be replaced by spring, the inspector wrote.\n\nThe owner agreed. A carpenter was called. Work began in May.\n",
        keep=["The stairs are rotten and must be replaced by spring"],
    ),
    Case(
        "nested-list",
        "Which jar holds cumin?",
        40,
        "## Larder\n\n- Top shelf\n  - jar 1: salt\n  - jar 2: cumin\n  - jar 3: cloves\n- Low shelf\n  - sack 1: oats\n  - sack 2: peas\n",
        keep=["jar 2: cumin", "Top shelf"],
    ),
    Case(
        "underlined-headings",
        "Who repairs the bell?",
        40,
        "Bells\n=====\n\nThe bell is rung at noon. A smith from Lom repairs the bell.\n\nOrgans\n======\n\nThe organ has nine stops. Nobody plays it.\n",
        keep=["A smith from Lom repairs the bell."],
    ),
    Case(
        "task-list",
        "Is the fire alarm tested?",
        36,
        "## Before opening\n\n- [x] floors swept\n- [ ] fire alarm tested\n- [x] ovens lit\n- [ ] change counted\n- [x] bread sliced\n",
        keep=["- [ ] fire alarm tested"],
    ),
]
