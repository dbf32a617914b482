import asyncio
import threading

import pytest

import excerpt
from excerpt import Chain, InputError
from excerpt.errors import DeadlineExceeded
from excerpt.parallel.cores import available_cores

PASSAGES = [
    "The mill stands by the river. Its keeper is Ann. She has two dogs.",
    "Bees are kept behind the church. The keeper of the bees is called Tom.",
    "Nothing else is known of the village.",
]
QUESTIONS = ["Who keeps the bees?", "Who is the keeper of the mill?", "What is known of the village?"]


class Waits:
    """A stage that works until its deadline says stop, and no longer than ten seconds."""

    name = "waits"

    def __init__(self):
        self.began, self.stopped = threading.Event(), threading.Event()

    def compress(self, context, room):
        self.began.set()
        for _ in range(1000):
            try:
                room.deadline.check()
            except DeadlineExceeded:
                self.stopped.set()
                raise
            threading.Event().wait(0.01)
        return context


@pytest.mark.parametrize("chain", ["default", "fast"])
def test_many_at_once_give_what_one_after_the_other_gives(chain):
    """The same bytes alone, awaited together, and from many threads at once."""

    async def ask():
        asked = [excerpt.acompress(question, PASSAGES, budget=20, chain=chain) for question in QUESTIONS * 4]
        return await asyncio.gather(*asked)

    alone = [excerpt.compress(question, PASSAGES, budget=20, chain=chain) for question in QUESTIONS] * 4
    assert [result.text for result in asyncio.run(ask())] == [result.text for result in alone]
    texts = {}

    def one(number):
        texts[number] = excerpt.compress(QUESTIONS[number % 3], PASSAGES, budget=20, chain=chain).text

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [texts[number] for number in range(12)] == [result.text for result in alone]


def test_the_event_loop_goes_on_and_a_chain_may_be_given():
    """Other tasks run while a call works."""

    async def ask():
        stage = Waits()
        call = asyncio.create_task(excerpt.acompress("q", PASSAGES, chain=Chain([stage], deadline_s=0.05)))
        await asyncio.to_thread(stage.began.wait, 10)
        return (await call).report.stages[0].outcome

    assert asyncio.run(ask()) == "deadline"


def test_wrong_input_is_the_same_error():
    """What `compress` refuses, `acompress` refuses."""
    with pytest.raises(InputError, match="query"):
        asyncio.run(excerpt.acompress("", PASSAGES))


def test_a_cancelled_call_stops_working():
    """Work for which nobody waits any more ends at its next check, deadline or not."""
    stage = Waits()

    async def ask():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Chain([stage]).acompress("q", PASSAGES, budget=5), 0.1)

    asyncio.run(ask())
    assert stage.stopped.wait(10)


def test_the_wait_for_a_thread_counts_for_the_deadline():
    """A call that waited longer than its deadline for a thread does not begin a stage."""
    slow, late = Waits(), Waits()

    async def ask():
        chain = Chain([slow])
        busy = [asyncio.create_task(chain.acompress("q", PASSAGES)) for _ in range(available_cores())]
        await asyncio.to_thread(slow.began.wait, 10)
        waiting = asyncio.create_task(Chain([late], deadline_s=0.05).acompress("q", PASSAGES, budget=5))
        await asyncio.sleep(0.1)
        for task in busy:
            task.cancel()
        result = await waiting
        await asyncio.gather(*busy, return_exceptions=True)
        return result

    result = asyncio.run(ask())
    assert result.report.stages[0].outcome == "deadline"
    assert not late.began.is_set()
    assert result.tokens_out <= 5
