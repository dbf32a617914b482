"""Points of a list: they are read with the line that leads to them, also where nothing is indented."""

from real_text.table import Case

STATUTE = """§ 8 Moorings

(1) A mooring may be let to anyone who owns a boat.

(2) It must not be let to
1. whoever owes harbour dues for more than a year,
2. owners of boats over 14 metres, and
3. companies.

(3) The lease ends
a) when the boat is sold,
b) on 31 October, unless a winter berth was booked,
c) with the death of the holder.

§ 9 Duties

(1) The holder shall look after the lines in a storm.

(2) Waste oil goes into the blue tank."""
RECIPE = """RYE CRACKERS
Makes forty.

For the leaven
120 g rye meal
150 ml warm water
10 g starter

For the dough
300 g rye flour
1 tbsp honey
180 ml water

1. Stir the leaven in the evening.
2. Knead in the morning. Roll out thinly.
3. Bake twelve minutes at 210 degrees.

Keep them in a tin."""
REGULATION = """REGULAMIN BIBLIOTEKI

1. Biblioteka jest czynna od 9 do 18.
2. Zabrania się:
a) wnoszenia napojów,
b) fotografowania rękopisów,
c) rozmów w czytelni.
3. Kaucja za klucz wynosi 25 zł.
4. Zgubioną kartę wymienia się za 12 zł."""
EDITAL = """3.1. O passe custa R$ 40,00.
3.2. Perde o passe quem
a) o emprestar a terceiros;
b) viajar sem documento;
c) danificar o assento.
3.3. O passe vale até 30 de abril."""

CASES = [
    Case(
        "statute-not",
        "May a mooring be let to owners of boats over 14 metres?",
        50,
        STATUTE,
        keep=["It must not be let to", "owners of boats over 14 metres"],
    ),
    Case(
        "statute-end",
        "What happens to the lease on 31 October?",
        50,
        STATUTE,
        keep=["The lease ends", "on 31 October, unless a winter berth was booked"],
    ),
    Case(
        "statute-death",
        "Does the death of the holder matter?",
        50,
        STATUTE,
        keep=["The lease ends", "with the death"],
    ),
    Case(
        "group-dough",
        "How much water goes into the dough?",
        40,
        RECIPE,
        keep=["For the dough", "180 ml water"],
    ),
    Case(
        "group-leaven",
        "How much water is in the leaven?",
        40,
        RECIPE,
        keep=["For the leaven", "150 ml warm water"],
    ),
    Case(
        "polish",
        "Czy zabrania się fotografowania rękopisów?",
        60,
        REGULATION,
        keep=["Zabrania się:", "fotografowania rękopisów"],
    ),
    Case(
        "portuguese",
        "Quem danificar o assento perde o passe?",
        40,
        EDITAL,
        keep=["Perde o passe quem", "danificar o assento"],
    ),
]
