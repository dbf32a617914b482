"""Blobs beside an answer: base64, hex, minified code and keys cost nothing that the answer needs."""

import base64
import hashlib

from real_text.table import Case


def blob(size: int, seed: str) -> str:
    """Base64 of bytes that look random."""
    rows = [hashlib.sha256(f"{seed}{number}".encode()).digest() for number in range(size // 32 + 1)]
    return base64.b64encode(b"".join(rows)[:size]).decode()


def hexadecimal(size: int, seed: str) -> str:
    """The same in hexadecimal digits."""
    return base64.b64decode(blob(size, seed)).hex()


WRAPPED = "\n".join(blob(1600, "mime")[at : at + 76] for at in range(0, 2100, 76))
MINIFIED = "".join(f"function a{n}(b,c){{return b*{n}+c}}var d{n}=a{n}({n},2);" for n in range(60))

CASES = [
    Case(
        "image-behind",
        "What is the door code?",
        40,
        f"Door code: 4471 for the week. Logo: data:image/png;base64,{blob(3000, 'a')}",
        keep=["4471"],
    ),
    Case(
        "image-before",
        "What is the door code?",
        40,
        f"![logo](data:image/png;base64,{blob(3000, 'b')})\n\nThe door code is 4471 for the week.",
        keep=["4471"],
    ),
    Case(
        "between-paragraphs",
        "Who has the spare key?",
        40,
        f"The shed is locked.\n\n{blob(4000, 'c')}\n\nThe spare key is with the neighbour Odile.",
        keep=["The spare key is with the neighbour Odile."],
    ),
    Case(
        "wrapped-attachment",
        "When is the vet's visit?",
        50,
        f"Dear all,\n\nThe vet's visit is on the ninth of May.\n\nContent-Transfer-Encoding: base64\n\n{WRAPPED}",
        keep=["The vet's visit is on the ninth of May."],
    ),
    Case(
        "hex-dump",
        "Which chip was found?",
        40,
        f"The probe answered. The chip that was found is a TX-90.\n{hexadecimal(1500, 'd')}\nThe probe was switched off.",
        keep=["The chip that was found is a TX-90."],
    ),
    Case(
        "in-json",
        "What is the name of the sender?",
        60,
        f'{{"id": 7, "sender": {{"name": "Torunn Aas"}}, "picture": "{blob(2400, "e")}", "size": 2400}}',
        keep=['"Torunn Aas"'],
    ),
    Case(
        "in-a-row",
        "Which room has the guest Ekeland?",
        60,
        f"guest,room,photo\nAmble,3,{blob(240, 'f')}\nEkeland,12,none\nFjord,9,{blob(240, 'g')}\nGran,4,none",
        keep=["Ekeland,12,none"],
    ),
    Case(
        "private-key",
        "Which user may restart the pumps?",
        44,
        f"The user who may restart the pumps is night-shift.\n\n-----BEGIN PRIVATE KEY-----\n{WRAPPED[:800]}\n-----END PRIVATE KEY-----\n\nNever print this page.",
        keep=["The user who may restart the pumps is night-shift."],
    ),
    Case(
        "minified-code",
        "What is the telephone number of the mill?",
        44,
        f"<p>The mill is open.</p><script>{MINIFIED}</script><p>The telephone number of the mill is 555-0147.</p>",
        keep=["555-0147"],
    ),
    Case(
        "in-a-log",
        "Which upload was refused?",
        60,
        f"10:00:01 INFO upload a.jpg body={blob(600, 'h')}\n10:00:02 WARN upload map.tif was refused\n10:00:03 INFO upload b.jpg body={blob(600, 'i')}\n10:00:04 INFO idle",
        keep=["upload map.tif was refused"],
    ),
]
