"""Subtitles: a cue is a unit with its time."""

from real_text.table import Case

SAID = [
    "The fog lifts at last.",
    "Pilot: I see two buoys off the north wall.",
    "Mate: The bell has stopped.",
    "Pilot: Keep her at four knots.",
    "A gull lands on the rail.",
    "Mate: The ropes are ready on the starboard side.",
    "Nobody speaks for a while.",
    "Pilot: We tie up behind the trawler.",
]
SRT = "\n\n".join(
    f"{number}\n00:00:{3 * number:02},000 --> 00:00:{3 * number + 2:02},500\n{said}"
    for number, said in enumerate(SAID, 1)
)
VTT = "WEBVTT\n\n" + "\n\n".join(
    f"00:{3 * number:02}.000 --> 00:{3 * number + 2:02}.500\n{said}" for number, said in enumerate(SAID, 1)
)
TWO_LINES = SRT.replace(" off the", "\noff the").replace(" on the starboard", "\non the starboard")

CASES = [
    Case(
        "srt",
        "What does the pilot see off the north wall?",
        40,
        SRT,
        keep=["Pilot: I see two buoys off the north wall."],
    ),
    Case(
        "srt-time",
        "At what time are the ropes ready?",
        44,
        SRT,
        keep=["00:00:18,000 --> 00:00:20,500\nMate: The ropes are ready"],
    ),
    Case("srt-speed", "At how many knots is she kept?", 40, SRT, keep=["Pilot: Keep her at four knots."]),
    Case("srt-last", "Where do they tie up?", 44, SRT, keep=["Pilot: We tie up behind the trawler."]),
    Case(
        "vtt",
        "What does the pilot see off the north wall?",
        40,
        VTT,
        keep=["Pilot: I see two buoys off the north wall."],
    ),
    Case(
        "vtt-time",
        "At what time are the ropes ready?",
        44,
        VTT,
        keep=["00:18.000 --> 00:20.500\nMate: The ropes are ready"],
    ),
    Case("vtt-gull", "Where does the gull land?", 40, VTT, keep=["A gull lands on the rail."]),
    Case(
        "cue-of-two-lines",
        "What does the pilot see off the north wall?",
        44,
        TWO_LINES,
        keep=["Pilot: I see two buoys\noff the north wall."],
    ),
    Case(
        "cue-of-two-lines-late",
        "On which side are the ropes?",
        48,
        TWO_LINES,
        keep=["The ropes are ready\non the starboard side."],
    ),
    Case("cut-at-the-front", "Which bell has stopped?", 40, SRT[60:], keep=["Mate: The bell has stopped."]),
]
