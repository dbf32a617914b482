"""E-mail threads: headers, quoted lines and signatures are units."""

from real_text.table import Case

THREAD = """From: Signe Moe <signe@dock.example>
To: Pål Eide <pal@dock.example>
Date: Mon, 3 Mar 2031 09:12:00 +0100
Subject: Re: crane inspection

Hi Pål,

the crane inspection is moved to Thursday the 13th. The inspector has the flu.
Please tell the night shift.

Regards
Signe

On Fri, 28 Feb 2031 at 16:40, Pål Eide wrote:
> Hi Signe,
>
> who pays for the spare hook? The old hook was lost in the basin.
>
> Pål
"""
REPLIES = """Hello Jun,

> Which freezer is free?

Freezer 6 is free from Monday on.

> May I move the samples?

Yes, but only with the blue tongs.

> Who has the list?

Amal has it.

Best wishes
Rosa
"""
ORDER = """Subject: Your order 88-104
From: shop@seeds.example
Reply-To: help@seeds.example

Thank you for your order.

Item: runner beans
Quantity: 3 bags
Total: 14.70 EUR
Delivery: 22 April, before noon

This message was written by a machine. Do not answer it.
"""
FORWARD = """Dear colleagues,

please see below.

---------- Forwarded message ---------
From: Office of the Dean
Date: Tue, 4 Nov 2031
Subject: Library hours

The library will be closed on 12 November because the roof is mended.
Books can be returned at the gate.
"""

CASES = [
    Case(
        "new-date",
        "To which day is the crane inspection moved?",
        40,
        THREAD,
        keep=["the crane inspection is moved to Thursday the 13th."],
    ),
    Case("subject", "What is the subject of the mail?", 40, THREAD, keep=["Subject: Re: crane inspection"]),
    Case("sender", "From whom is the mail?", 40, THREAD, keep=["From: Signe Moe"]),
    Case("quoted", "Where was the old hook lost?", 44, THREAD, keep=["The old hook was lost in the basin."]),
    Case("inline-reply", "Which freezer is free?", 36, REPLIES, keep=["Freezer 6 is free from Monday on."]),
    Case(
        "inline-condition",
        "May I move the samples with tongs?",
        40,
        REPLIES,
        keep=["only with the blue tongs."],
    ),
    Case("order-total", "What is the total of the order?", 30, ORDER, keep=["Total: 14.70 EUR"]),
    Case("order-delivery", "When is the delivery?", 30, ORDER, keep=["Delivery: 22 April, before noon"]),
    Case("forwarded", "Why will the library be closed?", 50, FORWARD, keep=["because the roof is mended."]),
    Case(
        "forwarded-date",
        "Where can books be returned?",
        40,
        FORWARD,
        keep=["Books can be returned at the gate."],
    ),
]
