"""One run of a small program: no shell, no terminal, bounded in time and output, and no child left."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence

MAX_BYTES = 1024 * 1024


class ProgramFailed(Exception):
    """The program gave no answer; the text says how it ended, never what it printed."""


class _Output(asyncio.SubprocessProtocol):
    """Collects stdout until the program has ended and closed it."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Keep what came; one byte too many ends it."""
        self.text += data
        if len(self.text) > MAX_BYTES:
            self.closed.set()

    def process_exited(self) -> None:
        """The program itself is gone."""
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The program is gone, and everybody who could write to its stdout."""
        self.closed.set()


async def run(argv: Sequence[str], environment: Mapping[str, str], seconds: float) -> bytes:
    """What *argv* prints on stdout; its stderr is dropped, since it may tell what is secret.

    Raises:
        ProgramFailed: it cannot be started, fails, prints too much, or takes too long.
    """
    transport, output = await _started(argv, environment)
    try:
        async with asyncio.timeout(seconds):
            await output.closed.wait()
    except TimeoutError:
        raise ProgramFailed(f"did not end within {seconds:g} seconds") from None
    finally:
        await _end(transport, output)
    if len(output.text) > MAX_BYTES:
        raise ProgramFailed(f"printed more than {MAX_BYTES} bytes")
    if code := transport.get_returncode():
        raise ProgramFailed(f"ended with code {code}")
    return bytes(output.text)


async def _started(
    argv: Sequence[str], environment: Mapping[str, str]
) -> tuple[asyncio.SubprocessTransport, _Output]:
    nothing = asyncio.subprocess.DEVNULL
    try:
        return await asyncio.get_running_loop().subprocess_exec(
            _Output, *argv, stdin=nothing, stdout=asyncio.subprocess.PIPE, stderr=nothing,
            env=dict(environment), cwd=os.sep, start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError:
        raise ProgramFailed("is not there") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its command line is not valid"
        raise ProgramFailed(f"cannot be started: {why}") from None


async def _end(transport: asyncio.SubprocessTransport, output: _Output) -> None:
    """End what still runs of its session, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(transport.get_pid(), signal.SIGKILL)
    await asyncio.shield(output.exited.wait())
    transport.close()
