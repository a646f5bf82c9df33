"""Which texts an object keeps alive: for tests that nothing secret is kept."""

import gc
import types
from collections.abc import Iterator

_SHARED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.FrameType)


def texts_kept_by(*roots: object) -> Iterator[str]:
    """Every text, or bytes as text, that can be reached from *roots*; not through code."""
    seen, waiting = set[int](), list(roots)
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, _SHARED):
            continue
        seen.add(id(thing))
        if isinstance(thing, str | bytes | bytearray):
            yield thing if isinstance(thing, str) else thing.decode("latin-1")
        else:
            waiting.extend(gc.get_referents(thing))


def texts_kept_by_error(error: BaseException, folder: str) -> Iterator[str]:
    """The same of a raised error with its causes and the locals of all frames in *folder*."""
    yield from texts_kept_by(str(error), error.args, error.__cause__, error.__context__)
    trace = error.__traceback__
    while trace is not None:
        if folder in trace.tb_frame.f_code.co_filename:
            yield from texts_kept_by(dict(trace.tb_frame.f_locals))
        trace = trace.tb_next
