"""How the command line ends: what becomes of errors, of Ctrl-C, and of an output that nothing takes."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from .arguments import EXIT_FAILED, EXIT_USAGE

EXIT_INTERRUPTED = 130  # 128 + SIGINT, as a shell tells it
EXIT_UNREAD = 141  # 128 + SIGPIPE: the reader of the output left before its end
_OF_WRITING = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def ended(work: Callable[[], int]) -> int:
    """The exit code of *work*; what it fails by is told on stderr, in a line and without a traceback."""
    try:
        try:
            return work()
        finally:
            _flush()  # at the interpreter's own end a failure would be a traceback
    except KeyboardInterrupt:
        return _interrupted()
    except BaseExceptionGroup as group:
        return _failed_together(group)
    except Exception as error:
        return _failed(error)


def _flush() -> None:
    if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None where it was closed: >&-
        sys.stdout.flush()


def _interrupted() -> int:
    if sys.stderr.isatty():
        print(file=sys.stderr)  # the prompt shall not stand behind the ^C
    return EXIT_INTERRUPTED


def _failed_together(group: BaseExceptionGroup[BaseException]) -> int:
    """What several tasks failed by: Ctrl-C goes before all else."""
    causes = tuple(_causes(group))
    if any(isinstance(one, KeyboardInterrupt) for one in causes):
        return _interrupted()
    return _failed(group, *causes)


def _causes(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    for one in group.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _causes(cast("Any", one))
        else:
            yield one


def _failed(error: BaseException, *causes: BaseException) -> int:
    """The code for *error*, whose *causes* are told; a fault of ours is raised, traceback and all."""
    from ...domain.errors import KubeportError  # --help shall not wait for it

    found = causes or (error,)
    lost = _lost_output(found)
    if isinstance(lost, BrokenPipeError):
        return EXIT_UNREAD
    if lost is None and not all(isinstance(one, (KubeportError, ValueError, OSError)) for one in found):
        raise error
    with contextlib.suppress(OSError):  # stderr may lead to the same place
        told = f"standard output cannot be written: {lost.strerror}." if lost else found[0]
        print(f"kubeport: {told}", file=sys.stderr)
    return EXIT_FAILED if isinstance(lost or found[0], OSError) else EXIT_USAGE


def _lost_output(causes: Iterable[BaseException]) -> OSError | None:
    """Why standard output takes nothing; what it still holds is then dropped, or the end would fail by it."""
    lost = next((one for one in causes if isinstance(one, OSError) and _is_of_writing(one)), None)
    try:
        _flush()
    except OSError as held_back:
        lost = held_back
    if lost is not None:
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
    return lost


def _is_of_writing(error: OSError) -> bool:
    """Whether it comes from a stream: where stdout is not buffered, nothing is left to be seen there."""
    return error.filename is None and error.errno in _OF_WRITING
