"""Bounded, fair turns: no caller holds up another, a full queue answers at once."""

import asyncio

import pytest

from kubeport.application.settings import LimitSettings
from kubeport.application.turns import Turns
from kubeport.domain.errors import Busy, ExecutionFailed

pytestmark = pytest.mark.anyio


class Recorder:
    """Runs calls through *turns* and notes the order in which they begin."""

    def __init__(self, turns: Turns) -> None:
        self.turns, self.began, self.end = turns, list[str](), asyncio.Event()
        self.at_once = self.most = 0

    async def call(self, name: str, context: str = "c", caller: str = "") -> None:
        """One call, which ends when ``end`` is set."""
        async with self.turns.turn(context, caller):
            self.began.append(name)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await self.end.wait()
            await asyncio.sleep(0)
            self.at_once -= 1

    def start(self, name: str, context: str = "c", caller: str = "") -> "asyncio.Task[None]":
        """The call as a task."""
        return asyncio.create_task(self.call(name, context, caller))


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_no_more_than_the_limits_run_at_once() -> None:
    """Altogether, and in one context."""
    recorder = Recorder(Turns(3, 2, 10))
    tasks = [recorder.start(f"{place}", "a") for place in range(4)] + [recorder.start("b", "b")]
    await settle()
    assert recorder.began == ["0", "1", "b"]
    recorder.end.set()
    await asyncio.gather(*tasks)
    assert recorder.most == 3 and sorted(recorder.began) == ["0", "1", "2", "3", "b"]


async def test_no_caller_has_more_than_its_share() -> None:
    """With a limit for each caller the others go at once, whatever one has sent."""
    recorder = Recorder(Turns(4, 4, 10, per_caller=2))
    tasks = [recorder.start(f"a{place}", caller="a") for place in range(3)]
    tasks += [recorder.start("b0", caller="b")]
    await settle()
    assert recorder.began == ["a0", "a1", "b0"]
    recorder.end.set()
    await asyncio.gather(*tasks)
    assert recorder.began == ["a0", "a1", "b0", "a2"] and recorder.turns.running == 0


def as_shipped() -> Turns:
    """The turns of the settings that ship."""
    shipped = LimitSettings()
    return Turns(
        shipped.concurrency, shipped.context_concurrency, shipped.queue, shipped.caller_concurrency
    )


async def test_as_shipped_no_caller_shuts_out_another() -> None:
    """Ann sends far more than the server takes; ole runs at once, in the same context as well."""
    recorder = Recorder(as_shipped())
    tasks = [recorder.start(f"ann{place}", f"c{place % 3}", "ann") for place in range(100)]
    await settle()
    assert len(recorder.began) == 6 and recorder.turns.waiting == 64
    tasks += [recorder.start("ole0", "c0", "ole"), recorder.start("ole1", "c1", "ole")]
    await settle()
    assert recorder.began[6:] == ["ole0", "ole1"]
    tasks += [recorder.start("ole2", "c0", "ole"), recorder.start("eve", "c0", "eve")]
    await settle()
    assert recorder.turns.waiting == 64
    recorder.end.set()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [place for place, end in enumerate(ended) if isinstance(end, Busy)]
    assert refused == list(range(68, 100)) and not any(ended[place] for place in (100, 101, 102, 103))
    assert {"ole2", "eve"} <= set(recorder.began[:16])


async def test_as_shipped_one_context_is_for_more_than_one() -> None:
    """A caller leaves room in each context, too."""
    recorder = Recorder(as_shipped())
    tasks = [recorder.start(f"ann{place}", "c", "ann") for place in range(9)]
    tasks += [recorder.start(f"ole{place}", "c", "ole") for place in range(9)]
    await settle()
    assert recorder.began == ["ann0", "ann1", "ann2", "ann3", "ole0", "ole1"]
    recorder.end.set()
    await asyncio.gather(*tasks)


async def test_as_shipped_a_laptop_has_it_all() -> None:
    """The anonymous caller is alone: every turn is its own, and the whole queue."""
    recorder = Recorder(as_shipped())
    tasks = [recorder.start(f"{place}", f"c{place % 2}") for place in range(72)]
    await settle()
    assert len(recorder.began) == 8 and recorder.turns.waiting == 64
    recorder.end.set()
    await asyncio.gather(*tasks)


async def test_a_call_that_lost_its_place_is_told_when_to_come_again() -> None:
    """A caller with fewer gets in; one with as many does not, so that nobody is put out in circles."""
    recorder = Recorder(Turns(1, 1, 3))
    tasks = [recorder.start(f"ann{place}", caller="ann") for place in range(4)]
    await settle()
    tasks += [recorder.start("ole0", caller="ole")]
    await settle()
    with pytest.raises(Busy) as lost:
        await tasks[3]
    assert lost.value.retry_after >= 1 and f"{lost.value.retry_after:g} seconds" in lost.value.hint
    with pytest.raises(Busy):
        await recorder.call("ole1", caller="ole")
    recorder.end.set()
    await asyncio.gather(*tasks[:3], tasks[4])
    assert recorder.turns.waiting == recorder.turns.running == 0


async def test_a_call_that_loses_its_place_as_it_is_cancelled_gives_nothing_back() -> None:
    """It had no turn."""
    recorder = Recorder(Turns(1, 1, 2))
    runs, one, two = (recorder.start(f"ann{place}", caller="ann") for place in range(3))
    await settle()
    ole = recorder.start("ole", caller="ole")
    await asyncio.sleep(0)
    two.cancel()
    recorder.end.set()
    await asyncio.gather(runs, one, ole)
    assert two.cancelled() or isinstance(two.exception(), Busy)
    assert recorder.turns.running == 0 and recorder.at_once == 0


async def test_callers_take_turns() -> None:
    """One who sends many waits behind itself; one who sends one call is next."""
    recorder = Recorder(Turns(1, 1, 100))
    tasks = [recorder.start("first", caller="busy")]
    await settle()
    tasks += [recorder.start(f"busy{place}", caller="busy") for place in range(3)]
    await settle()
    tasks += [recorder.start("quiet", caller="quiet")]
    await settle()
    recorder.end.set()
    await asyncio.gather(*tasks)
    assert recorder.began.index("quiet") <= 2


async def test_a_blocked_context_does_not_block_another() -> None:
    """A call to a free context passes those that wait for a full one."""
    recorder = Recorder(Turns(4, 1, 10))
    tasks = [recorder.start("a0", "a"), recorder.start("a1", "a"), recorder.start("b0", "b")]
    await settle()
    assert recorder.began == ["a0", "b0"]
    recorder.end.set()
    await asyncio.gather(*tasks)


async def test_a_full_queue_answers_at_once() -> None:
    """The error says how many run and wait, and what to do."""
    recorder = Recorder(Turns(1, 1, 1))
    tasks = [recorder.start("runs"), recorder.start("waits")]
    await settle()
    with pytest.raises(ExecutionFailed, match="1 calls run and 1 wait") as caught:
        await recorder.call("refused")
    assert caught.value.reason == "busy" and isinstance(caught.value, Busy)
    assert 1 <= caught.value.retry_after <= 60
    recorder.end.set()
    await asyncio.gather(*tasks)


async def test_patience_ends() -> None:
    """A turn that does not come in time is an answer, too, and the place in the queue is free again."""
    turns = Turns(1, 1, 1)
    recorder = Recorder(turns)
    task = recorder.start("runs")
    await settle()
    with pytest.raises(ExecutionFailed):
        async with turns.turn("c", patience=0.01):
            raise AssertionError("no turn was free")
    assert turns.waiting == 0
    recorder.end.set()
    await task


async def test_a_cancelled_call_leaves_the_queue() -> None:
    """And one that is cancelled just as its turn comes hands it on."""
    recorder = Recorder(Turns(1, 1, 5))
    runs, waits, last = recorder.start("runs"), recorder.start("waits"), recorder.start("last")
    await settle()
    waits.cancel()
    recorder.end.set()
    await asyncio.gather(runs, last)
    assert recorder.began == ["runs", "last"]
    async with recorder.turns.turn("c"):
        assert recorder.turns.waiting == 0


async def test_a_turn_that_is_cancelled_when_it_comes_is_handed_on() -> None:
    """The future is set and the task cancelled in the same step of the loop."""
    turns = Turns(1, 1, 5)
    first = turns.turn("c")
    await first.__aenter__()
    got = list[str]()

    async def call(name: str) -> None:
        async with turns.turn("c"):
            got.append(name)

    one = asyncio.create_task(call("one"))
    two = asyncio.create_task(call("two"))
    await settle()
    await first.__aexit__(None, None, None)
    one.cancel()
    await asyncio.gather(one, two, return_exceptions=True)
    assert got == ["two"]
