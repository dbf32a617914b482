"""Messages under a line that says whose they are: commits, posts, turns below a name, forwarded mails, plays."""

from real_text.table import Case

GIT = """commit 0c77ab10d2e4f6a8b0c2d4e6f8a0b2c4d6e8f001 (HEAD -> tide)
Author: Yara Haddad <yara@quay.example>
Date:   Fri May 2 08:14:55 2031 +0200

    Sort berths by draught

commit 4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70
Author: Olli Niemi <olli@quay.example>
Date:   Wed Apr 30 17:40:02 2031 +0200

    Count the lamps twice

    The night watch had found three that the list did not know.

commit 99aabbccddeeff00112233445566778899aabbcc
Merge: 4d5e6f7 0c77ab1
Author: Yara Haddad <yara@quay.example>
Date:   Tue Apr 29 12:00:00 2031 +0200

    Merge branch 'lamps'

commit 1122334455667788990011223344556677889900
Author: Bea Sorel <bea@quay.example>
Date:   Mon Apr 28 09:30:41 2031 +0200

    Drop the fax gateway

    Nobody has sent a fax since 2027."""
FORUM = """Re: Bread collapses
Posted by crumbly on Sat Mar 08, 2031 7:02 am

My rye falls flat after twenty minutes. Fresh starter, 78 percent water, new oven.

Re: Bread collapses
Posted by miller_ann on Sat Mar 08, 2031 9:45 am

Too much water for fresh flour. Go down to 70 percent and see.

Re: Bread collapses
Posted by hearth9 on Sun Mar 09, 2031 6:10 pm

Do you open the door early? I did that for years. Use a lamp and look through the glass.

Re: Bread collapses
Posted by crumbly on Wed Mar 12, 2031 8:31 am

Found it. The thermostat shows thirty degrees more than there are."""
ROOM = """Noor — Today at 14:02
who has the spare projector
Piet — Today at 14:03
it went to the Leiden branch on Monday
Noor — Today at 14:03
ah
Wim — Today at 15:20
the lift is stuck between two and three again
Piet — Today at 15:21
called them, mechanic is here at five
Noor — Today at 15:40
cake in the kitchen"""
FORWARDED = """Hello both,

see below, I have nothing to add.

-----Original Message-----
From: Night desk
Sent: Monday, 2 June 2031 05:10
To: Facility office
Subject: Cold store

The compressor of store 3 stopped at 02:40. We moved the vaccines to store 5.

-----Original Message-----
From: Ruth Abel
Sent: Sunday, 1 June 2031 18:00
To: Night desk
Subject: Watch

The key of store 5 hangs behind the map."""
QUOTED = """Dear Amina,

I agree with that.

Bo

On Tue, 6 May 2031 at 10:11, Amina Diallo <amina@school.example> wrote:
> Dear Bo,
>
> the caterer wants 6.40 a meal from August on, which is
> eighty cents more than now. The kitchen at Elm Road
> could cook for 5.90.
>
> Amina
>
> On Mon, 5 May 2031 at 16:00, Bo Lind <bo@school.example> wrote:
>> who looks after the lunch contract when Tove is on leave?
>> The parents ask me every day, and I do not know."""
PLAY = """ACT I. A station at dusk.

[A bell rings twice.]

PORTER. That was the last train, sir.

MR. FINCH. The last? Impossible. I was told of another at nine.

PORTER. On Sundays there is none at nine.

MR. FINCH. Then where can a man sleep?

PORTER. At the Swan, if the roof has been mended. Or here, with me and the cat.

MR. FINCH. Which is cheaper?

PORTER. The cat asks nothing."""

CASES = [
    Case(
        "commit-author",
        "Who counted the lamps twice?",
        110,
        GIT,
        keep=["Olli Niemi", "Count the lamps twice"],
    ),
    Case("commit-date", "When was the fax gateway dropped?", 110, GIT, keep=["Mon Apr 28", "fax gateway"]),
    Case("commit-reason", "Why was the fax gateway dropped?", 110, GIT, keep=["Nobody has sent a fax"]),
    Case(
        "forum-who",
        "Who says that it is too much water for fresh flour?",
        70,
        FORUM,
        keep=["miller_ann", "Go down to 70 percent"],
    ),
    Case(
        "forum-end", "What was wrong with the thermostat?", 70, FORUM, keep=["crumbly", "thirty degrees more"]
    ),
    Case("room-who", "Where is the spare projector?", 60, ROOM, keep=["Piet", "Leiden branch"]),
    Case(
        "room-when", "When does the mechanic for the lift come?", 60, ROOM, keep=["mechanic is here at five"]
    ),
    Case(
        "forwarded-sender",
        "Who wrote that the vaccines were moved to store 5?",
        90,
        FORWARDED,
        keep=["From: Night desk", "We moved the vaccines to store 5."],
    ),
    Case(
        "forwarded-other",
        "Where does the key of store 5 hang?",
        60,
        FORWARDED,
        keep=["From: Ruth Abel", "hangs behind the map"],
    ),
    Case(
        "quoted-sentence",
        "For how much could the kitchen at Elm Road cook a meal?",
        80,
        QUOTED,
        keep=["Amina Diallo", "Elm Road\n> could cook for 5.90."],
    ),
    Case(
        "quoted-in-quoted",
        "Who asked about the lunch contract while Tove is on leave?",
        90,
        QUOTED,
        keep=["Bo Lind", "who looks after the lunch contract"],
    ),
    Case("play-who", "Who says that the cat asks nothing?", 40, PLAY, keep=["PORTER. The cat asks nothing."]),
    Case("play-where", "Where can a man sleep?", 60, PLAY, keep=["PORTER. At the Swan"]),
    Case(
        "play-title", "Who was told of a train at nine?", 50, PLAY, keep=["MR. FINCH. The last? Impossible."]
    ),
]
