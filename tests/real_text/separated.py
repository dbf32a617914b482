"""Values with separators: a row is a unit, and the header comes with it."""

from real_text.table import Case

BOATS = "\n".join(
    f"{number},{name},{length},{berth}"
    for number, (name, length, berth) in enumerate(
        [
            ("Alk", 9, "A1"), ("Brisling", 12, "A4"), ("Dorsk", 7, "B2"), ("Erle", 15, "B3"), ("Fulmar", 22, "C1"),
            ("Gjess", 11, "C2"), ("Havella", 8, "C7"), ("Isbjorn", 31, "D1"), ("Knurr", 10, "D2"), ("Lomvi", 13, "D5"),
        ],
        1,
    )
)  # fmt: skip

CASES = [
    Case(
        "commas",
        "In which berth is the Isbjorn?",
        40,
        f"no,boat,length,berth\n{BOATS}",
        keep=["no,boat,length,berth", "8,Isbjorn,31,D1"],
    ),
    Case(
        "tabs",
        "In which berth is the Isbjorn?",
        40,
        f"no\tboat\tlength\tberth\n{BOATS}".replace(",", "\t"),
        keep=["no\tboat\tlength\tberth", "8\tIsbjorn\t31\tD1"],
    ),
    Case(
        "semicolons",
        "How long is the Fulmar?",
        40,
        f"no;boat;length;berth\n{BOATS}".replace(",", ";"),
        keep=["no;boat;length;berth", "5;Fulmar;22;C1"],
    ),
    Case(
        "quoted-commas",
        "Which room does Dr. Okafor use?",
        46,
        """name,clinic,room
"Adler, Eva",Skin,12
"Brandt, Uwe",Eyes,14
"Okafor, Dr. Ike",Heart,31
"Petit, Ana",Eyes,15
"Quist, Bo",Bones,8
"Roth, Ida",Skin,13""",
        keep=["name,clinic,room", '"Okafor, Dr. Ike",Heart,31'],
    ),
    Case(
        "decimal-commas",
        "What does rye bread cost?",
        44,
        """Artikel;Preis;Gewicht
Weizenbrot;3,20;500
Roggenbrot (rye bread);4,75;750
Brezel;1,10;90
Mohnzopf;5,60;600
Zwieback;2,90;225
Kuchen;18,00;1200""",
        keep=["Artikel;Preis;Gewicht", "Roggenbrot (rye bread);4,75;750"],
    ),
    Case(
        "header-of-many-columns",
        "Which teacher has pupil Juno Falk?",
        60,
        """pupil,class,teacher,bus,lunch
Ada Berg,1a,Holm,12,yes
Ben Dahl,1b,Lind,12,no
Cora Eng,1a,Holm,7,yes
Juno Falk,2c,Rask,9,no
Kai Gran,2c,Rask,9,yes
Liv Hals,3a,Moe,7,yes
Max Iver,3b,Moe,12,no""",
        keep=["pupil,class,teacher,bus,lunch", "Juno Falk,2c,Rask,9,no"],
    ),
    Case(
        "title-line-above",
        "What was the rainfall in April?",
        50,
        """Rain gauge at the mill

month,rain_mm,days
January,81,17
February,64,13
March,70,14
April,38,9
May,55,11
June,61,12
July,77,13""",
        keep=["month,rain_mm,days", "April,38,9"],
    ),
    Case(
        "empty-cells",
        "Which vaccine did the calf 4417 get?",
        50,
        """tag,animal,vaccine,date
4411,cow,,
4412,cow,BVD,2031-02-01
4417,calf,Rotavec,2031-02-03
4420,calf,,
4421,bull,BVD,2031-02-03
4425,cow,,
4428,calf,,""",
        keep=["tag,animal,vaccine,date", "4417,calf,Rotavec,2031-02-03"],
    ),
    Case(
        "tabs-with-sentences",
        "Why was ticket T-208 closed?",
        56,
        """ticket\tstate\tnote
T-205\topen\tThe lamp at gate two flickers.
T-206\topen\tA gull nests on the mast.
T-207\tclosed\tThe rope was replaced.
T-208\tclosed\tThe pump was sold, so nobody needs the spare part.
T-209\topen\tPaint for the north wall is missing.
T-210\topen\tThe clock is slow.""",
        keep=["ticket\tstate\tnote", "T-208\tclosed\tThe pump was sold"],
    ),
    Case(
        "two-rows-asked",
        "What are the magnitudes of Vega and Deneb?",
        60,
        """star,constellation,magnitude
Altair,Aquila,0.76
Arcturus,Bootes,-0.05
Capella,Auriga,0.08
Deneb,Cygnus,1.25
Mirfak,Perseus,1.79
Regulus,Leo,1.36
Spica,Virgo,0.97
Vega,Lyra,0.03""",
        keep=["star,constellation,magnitude", "Deneb,Cygnus,1.25", "Vega,Lyra,0.03"],
    ),
]
