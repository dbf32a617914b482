"""What is laid out on a page: statements with titles between rows, wrapped cells, letter heads, lists with dots."""

from real_text.table import Case

BALANCE = """BALANCE SHEET AT 31 DECEMBER
(thousands of crowns)
                                       Note     2030     2029
Fixed assets
Boats                                     4    8,120    7,905
Sheds and slips                           5    3,044    3,101
Current assets
Stores                                           212      198
Claims on members                         7      640      377
Bank                                           1,905    2,260
Total assets                                  13,921   13,841
Short-term debts
Suppliers                                        488      512
Taxes                                     9       97       64"""
LETTER = """Lindgren & Daughters                              Invoice no. 5512
Wharf Street 3                                    Date 2 May 2031
4610 Kaldvik                                      Payable by 16 June 2031

To the parish of Kaldvik

We have mended the weathercock. It points to the wind again, and not to the bakery.
The scaffold stays until the painter has been there. Thank you for the coffee."""
WRAPPED = """Room      Use             Remarks
--------  --------------  --------------------------------------
Cellar    archive         damp behind the boiler; boxes stand on
                          pallets of 12 cm
Loft      choir           stairs carry at most eight people at
                          a time
Annex     play group      Tuesdays and Fridays
Tower     closed          a pair of falcons breeds there until
                          the end of July"""
GRID = """+---------+----------------------+--------------+
| Fault   | Sign                 | Remedy       |
+=========+======================+==============+
| Belt    | Squeals when the     | Tighten by   |
|         | saw starts           | two turns    |
+---------+----------------------+--------------+
| Bearing | Hot after ten        | Grease, then |
|         | minutes              | replace      |
+---------+----------------------+--------------+
| Blade   | Smoke, brown edges   | Sharpen      |
+---------+----------------------+--------------+"""
PRICES = """Boat hire, summer 2031

Rowing boat
  First hour ............................ 9.-
  Each further hour ..................... 5.-
  Whole day ............................. 34.-
Sailing dinghy
  First hour ............................ 22.-
  Whole day, licence needed ............. 95.-
Extras
  Life jacket, child .................... free
  Fishing rod ........................... 6.-

The office is in the green hut. Dogs are welcome."""
FOLDERS = """./plans:
total 12K
-rw-r--r-- 1 rut staff 4.1K Mar  2 09:11 mole-east.dxf
-rw-r--r-- 1 rut staff 3.9K Mar  2 09:15 mole-west.dxf

./letters:
total 8.0K
-rw-r--r-- 1 siv staff 2.2K May  9 17:20 to-the-mayor.odt
-rw-r--r-- 1 siv staff 1.9K May 12 08:02 to-the-press.odt

./letters/old:
total 4.0K
-rw-r--r-- 1 siv staff 3.0K Oct  1  2019 complaint-gulls.odt"""
DIRECTIVES = """Signals
=======

The mast shows one of these.

.. list-table:: Signals of the mast
   :header-rows: 1

   * - Signal
     - Meaning
   * - Two balls
     - No entry, a ship is leaving
   * - One cone
     - Gale from the south-west
   * - Black flag
     - The pilot boat is out of service

Call channel 14 when in doubt."""
POINTS = """Minutes of 8 May. The chair opened at seven.
Point 1. The fence was paid. Nobody asked.
Point 2. The rent of the meadow rises to 410 crowns. Two voted against it.
Point 3. The swing is closed. A chain had broken.
Point 4. The next feast is on 21 June. Bring chairs."""

CASES = [
    Case(
        "statement-row",
        "What were the claims on members in 2029?",
        90,
        BALANCE,
        keep=["2030     2029", "Claims on members                         7      640      377"],
    ),
    Case(
        "statement-title",
        "Which short-term debts are there?",
        110,
        BALANCE,
        keep=["Short-term debts", "Suppliers"],
    ),
    Case("statement-boats", "What were the boats worth in 2030?", 90, BALANCE, keep=["2030", "Boats  "]),
    Case("letter-due", "By when is the invoice payable?", 50, LETTER, keep=["Payable by 16 June 2031"]),
    Case("letter-number", "What is the number of the invoice?", 50, LETTER, keep=["Invoice no. 5512"]),
    Case(
        "letter-scaffold",
        "Until when does the scaffold stay?",
        50,
        LETTER,
        keep=["until the painter has been"],
    ),
    Case(
        "wrapped-loft",
        "How many people do the stairs to the loft carry?",
        70,
        WRAPPED,
        keep=["Loft", "at most eight"],
    ),
    Case(
        "wrapped-tower",
        "Until when do falcons breed in the tower?",
        80,
        WRAPPED,
        keep=["Tower", "end of July"],
    ),
    Case("wrapped-cellar", "How high are the pallets in the cellar?", 80, WRAPPED, keep=["Cellar", "12 cm"]),
    Case(
        "grid-belt", "What is the remedy for a belt that squeals?", 90, GRID, keep=["Tighten by", "two turns"]
    ),
    Case("grid-bearing", "What is the sign of a bad bearing?", 90, GRID, keep=["Hot after ten", "minutes"]),
    Case("grid-blade", "What should one do with a blade that smokes?", 90, GRID, keep=["Blade", "Sharpen"]),
    Case(
        "dots-hour",
        "What does the first hour in a sailing dinghy cost?",
        50,
        PRICES,
        keep=["Sailing dinghy", "22.-"],
    ),
    Case(
        "dots-rod",
        "What does a fishing rod cost?",
        40,
        PRICES,
        keep=["Fishing rod ........................... 6.-"],
    ),
    Case(
        "dots-day", "What does a rowing boat cost for a whole day?", 50, PRICES, keep=["Rowing boat", "34.-"]
    ),
    Case(
        "folder-letter",
        "In which folder is the letter to the mayor?",
        60,
        FOLDERS,
        keep=["./letters:", "to-the-mayor"],
    ),
    Case(
        "folder-old",
        "Where is the complaint about gulls?",
        60,
        FOLDERS,
        keep=["./letters/old:", "complaint-gulls"],
    ),
    Case(
        "folder-size",
        "How large is mole-west.dxf?",
        60,
        FOLDERS,
        keep=["./plans:", "3.9K Mar  2 09:15 mole-west.dxf"],
    ),
    Case(
        "cell-cone", "What does one cone mean?", 60, DIRECTIVES, keep=["One cone", "Gale from the south-west"]
    ),
    Case(
        "cell-flag",
        "When is the black flag shown?",
        60,
        DIRECTIVES,
        keep=["Black flag", "pilot boat is out of service"],
    ),
    Case("cell-balls", "What do two balls say?", 60, DIRECTIVES, keep=["Two balls", "a ship is leaving"]),
    Case(
        "point-rent",
        "To how much does the rent rise?",
        30,
        POINTS,
        keep=["Point 2. The rent of the meadow rises to 410"],
    ),
    Case(
        "point-feast", "When is the next feast?", 30, POINTS, keep=["Point 4. The next feast is on 21 June."]
    ),
    Case(
        "point-swing", "What was decided about the swing?", 30, POINTS, keep=["Point 3. The swing is closed."]
    ),
]
