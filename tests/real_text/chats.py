"""Chats and transcripts: a turn is a unit, with its speaker and its time."""

from real_text.table import Case

CASES = [
    Case(
        "bracketed-times",
        "Why was the crane stopped?",
        30,
        """[06:02] marit: morning all
[06:03] jon: morning
[06:05] marit: crane 4 was stopped because the brake oil was low
[06:06] jon: who refills it
[06:07] marit: night shift has the key
[06:09] jon: ok, thanks
[06:11] marit: coffee?
[06:12] jon: in ten""",
        keep=["[06:05] marit: crane 4 was stopped because the brake oil was low"],
    ),
    Case(
        "speakers-without-times",
        "How many ewes are expected to lamb this week?",
        30,
        """Hanne: Did you feed the calves?
Ole: Yes, at five.
Hanne: And the vet?
Ole: She comes on Thursday.
Hanne: How many ewes are expected to lamb this week?
Ole: Fourteen ewes are expected to lamb, two of them with twins.
Hanne: Good. The barn light is broken.
Ole: I will bring a bulb.""",
        keep=["Ole: Fourteen ewes are expected to lamb"],
    ),
    Case(
        "irc",
        "Which mirror had the wrong checksum?",
        34,
        """<pia> anyone awake
<rob> barely
<pia> the build fails again
<rob> same place?
<pia> yes: the Oslo mirror had the wrong checksum for libtide
<rob> weird
<pia> i will open a ticket
<rob> thanks
<pia> lunch now""",
        keep=["<pia> yes: the Oslo mirror had the wrong checksum for libtide"],
    ),
    Case(
        "phone-export",
        "What time does the christening begin?",
        40,
        """12.03.31, 18:02 - Aunt Vera: Are you all well?
12.03.31, 18:04 - Nils: Fine, the garden is wet
12.03.31, 18:05 - Aunt Vera: The christening begins at half past ten in the small church
12.03.31, 18:07 - Nils: Shall we bring cake?
12.03.31, 18:09 - Aunt Vera: Bring the lemon one
12.03.31, 18:15 - Nils: Of course
12.03.31, 18:16 - Aunt Vera: Kisses""",
        keep=["Aunt Vera: The christening begins at half past ten"],
    ),
    Case(
        "court-transcript",
        "What colour was the van that the witness saw?",
        34,
        """THE CLERK: Please state your name.
THE WITNESS: Edda Marlow.
MR PIKE: Where were you on the evening of the fire?
THE WITNESS: At my window, on Quay Street.
MR PIKE: What did you see there?
THE WITNESS: I saw a van of dark green colour without plates.
MR PIKE: Thank you.
THE COURT: We rise until two.""",
        keep=["THE WITNESS: I saw a van of dark green colour"],
    ),
    Case(
        "bold-speakers",
        "Which telescope mirror is being recoated?",
        36,
        """**Priya:** Welcome to the weekly call.
**Tomas:** Weather first: clouds until Friday.
**Priya:** Any news from the dome?
**Tomas:** The secondary mirror of the north telescope is being recoated in May.
**Priya:** Then we move the survey.
**Tomas:** I agree.
**Priya:** Next topic: the bus.
**Tomas:** It is still broken.""",
        keep=["**Tomas:** The secondary mirror of the north telescope is being recoated in May."],
    ),
    Case(
        "agent-roles",
        "Which flour did the customer ask for?",
        0.4,
        """User: Hello, is the bakery open on Monday?
Assistant: Yes, from six to noon.
User: Do you sell flour too?
Assistant: We have wheat, rye and spelt.
User: I would like four bags of stone-ground rye flour, please.
Assistant: Noted. Anything else?
User: No, that is all.
Assistant: See you on Monday.""",
        keep=["User: I would like four bags of stone-ground rye flour, please."],
    ),
    Case(
        "turn-of-several-lines",
        "What must be done before the valve is opened?",
        48,
        """[07:10] Ines: tank two is full
[07:11] Kurt: can I open the valve
[07:12] Ines: before the valve is opened:
  drain the sump,
  and call the harbour office
[07:14] Kurt: understood
[07:15] Ines: the forms are on the desk
[07:18] Kurt: found them
[07:19] Ines: good
[07:25] Kurt: done""",
        keep=["before the valve is opened:", "drain the sump", "call the harbour office"],
    ),
    Case(
        "timed-transcript",
        "When does the exhibition of lace open?",
        36,
        """00:00:04 Host: Good evening.
00:00:09 Guest: Thank you for having me.
00:00:15 Host: You run the textile museum.
00:00:21 Guest: Since nine years now.
00:00:33 Host: What is new?
00:00:38 Guest: The exhibition of lace opens on the third of June.
00:00:47 Host: And the looms?
00:00:52 Guest: They are in the cellar.""",
        keep=["00:00:38 Guest: The exhibition of lace opens on the third of June."],
    ),
    Case(
        "negated-turn",
        "Should the bridge be closed?",
        0.45,
        """[09:01] Lena: the wind drops
[09:02] Otto: what does the sensor say
[09:03] Lena: 31 knots
[09:04] Otto: should the bridge be closed?
[09:05] Lena: no, the bridge should not be closed below 40 knots
[09:06] Otto: ok
[09:07] Lena: next reading at ten
[09:08] Otto: fine""",
        keep=["the bridge should not be closed below 40 knots"],
        drop=["Lena: no, the bridge should be closed"],
    ),
]
