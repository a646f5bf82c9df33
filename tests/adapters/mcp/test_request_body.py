"""Reading a body ahead of whoever it is meant for costs what its bytes cost, however many parts there are."""

from typing import Any

import pytest

from kubeport.adapters.mcp.request_body import Body

pytestmark = pytest.mark.anyio


class Part(bytes):
    """Bytes that count how often somebody asks for a length."""

    asked = 0

    def __len__(self) -> int:
        """As of any other bytes."""
        Part.asked += 1
        return super().__len__()


def arriving(*parts: bytes, cut_off: bool = False) -> Any:
    """What receives the *parts*, and after them that the client went away."""
    last = len(parts) - 1
    waiting = iter(
        {"type": "http.request", "body": part, "more_body": place < last or cut_off}
        for place, part in enumerate(parts)
    )

    async def receive() -> Any:
        return next(waiting, {"type": "http.disconnect"})

    return receive


async def handed_on(body: Body) -> tuple[bytes, int]:
    """What is received from *body*, and in how many messages."""
    found, messages = b"", 0
    while (message := await body())["type"] == "http.request":
        found, messages = found + message["body"], messages + 1
    return found, messages


async def test_many_small_parts() -> None:
    """The work grows with their number, not with its square, and nothing is kept for each of them."""
    Part.asked = 0
    body = Body(arriving(*[Part(b"x")] * 2_000), 4_000)
    assert await body.read() == b"x" * 2_000
    assert Part.asked <= 3 * 2_000
    assert await handed_on(body) == (b"x" * 2_000, 1)


@pytest.mark.parametrize(("sent", "cut_off"), [((b"1234", b"5"), False), ((b"12", b"3"), True), ((), False)])
async def test_what_is_no_whole_body_is_only_handed_on(sent: tuple[bytes, ...], cut_off: bool) -> None:
    """Too long, or its client went away: what is behind finds out by itself."""
    body = Body(arriving(*sent, cut_off=cut_off), 4)
    assert await body.read() == b""
    assert (await handed_on(body))[0] == b"".join(sent)


async def test_no_more_is_read_than_shows_that_it_is_too_long() -> None:
    """The rest is left to what is behind."""
    receive = arriving(b"12345", b"6", b"7")
    body = Body(receive, 4)
    assert await body.read() == b""
    assert (await receive())["body"] == b"6"
    assert await handed_on(body) == (b"123457", 2)
