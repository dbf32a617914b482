"""Questions with answers: both stay together."""

from real_text.table import Case

CASES = [
    Case(
        "q-and-a",
        "Can I swim after an ear operation?",
        0.5,
        """Q: When may I go home?
A: On the same day.

Q: Can I swim after an ear operation?
A: Not before six weeks have passed.

Q: Who calls me?
A: The nurse does.

Q: Where do I park?
A: Behind the chapel.""",
        keep=["A: Not before six weeks have passed."],
    ),
    Case(
        "question-and-answer-words",
        "Do you repair wooden oars?",
        44,
        """Question: What are your hours?
Answer: Eight to four.

Question: Do you repair wooden oars?
Answer: Yes, within three days and at our yard.

Question: Do you sell bait?
Answer: Only in summer.

Question: Is there a slip?
Answer: East of the pier.""",
        keep=["Answer: Yes, within three days and at our yard."],
    ),
    Case(
        "without-blank-lines",
        "How is sour dough stored?",
        40,
        """Q: What is rye?
A: A grain.
Q: How is sour dough stored?
A: In a jar with a loose lid, at five degrees.
Q: Is malt sweet?
A: A little.
Q: Why score a loaf?
A: It rises evenly.""",
        keep=["A: In a jar with a loose lid, at five degrees."],
    ),
    Case(
        "bold",
        "What happens if the exam is missed?",
        50,
        """**Q: Where is the hall?**
A: Building two.

**Q: What happens if the exam is missed?**
A: It can be taken again in September.

**Q: Are phones allowed?**
A: No.

**Q: Who grades?**
A: Two teachers.""",
        keep=["It can be taken again in September."],
    ),
    Case(
        "numbered",
        "Who pays for the vet?",
        44,
        """Q1: May I bring a horse?
A1: Yes.

Q2: Who pays for the vet?
A2: The owner does, by the end of the month.

Q3: Is there hay?
A3: As much as they eat.

Q4: When is the gate shut?
A4: At dusk.""",
        keep=["A2: The owner does, by the end of the month."],
    ),
    Case(
        "markdown-headings",
        "How do I reset the thermostat?",
        50,
        """## Where is the manual?

In the drawer.

## How do I reset the thermostat?

Hold the round button for ten seconds.

## What does the red lamp mean?

The filter is full.

## Who do I call?

The caretaker.""",
        keep=["Hold the round button for ten seconds."],
    ),
    Case(
        "german",
        "Wann wird die Kaution zurückgezahlt?",
        56,
        """F: Wo melde ich mich an?
A: Am Empfang.

F: Wann wird die Kaution zurückgezahlt?
A: Die Kaution wird nach acht Wochen zurückgezahlt.

F: Darf ich grillen?
A: Nur im Hof.

F: Gibt es Strom?
A: An jedem Platz.""",
        keep=["nach acht Wochen zurückgezahlt"],
    ),
    Case(
        "spanish",
        "¿Cuánto cuesta el carné?",
        56,
        """P: ¿Dónde está la entrada?
R: En la plaza.

P: ¿Cuánto cuesta el carné?
R: El carné cuesta doce euros al año.

P: ¿Hay ascensor?
R: Sí, al fondo.

P: ¿Abren los lunes?
R: No.""",
        keep=["R: El carné cuesta doce euros al año."],
    ),
    Case(
        "answer-of-several-lines",
        "Which papers do I need for a berth?",
        60,
        """Q: How deep is it?
A: Four metres.

Q: Which papers do I need for a berth?
A: Two papers are needed:
the insurance policy,
the tonnage certificate.

Q: Is there water?
A: On each jetty.

Q: Is there a crane?
A: From May on.""",
        keep=["the insurance policy", "the tonnage certificate"],
    ),
    Case(
        "interview",
        "Why did you give up the mill?",
        44,
        """Interviewer: When did you start?
Baker: At fourteen.
Interviewer: Why did you give up the mill?
Baker: I gave up the mill because the stream was dammed.
Interviewer: And now?
Baker: Now I sleep.
Interviewer: Do you miss it?
Baker: The smell.""",
        keep=["Baker: I gave up the mill because the stream was dammed."],
    ),
]
