"""What a text filter may use of the machine, and what makes it so before it starts.

The limits are set by a process that then becomes the filter: there is no moment without them, and
our own process, which has threads, runs no Python code between fork and exec.
"""

import resource
import shutil
import signal
import sys

import attrs

CPU_SECONDS = 10
MEMORY_BYTES = 512 * 1024 * 1024

# macOS accepts no limit of address space below what the launcher itself has mapped
_NOT_HERE = frozenset({"as"} if sys.platform == "darwin" else ())


@attrs.frozen
class Limit:
    """One resource limit: its *name* as ``RLIMIT_<NAME>`` and ``prlimit --<name>`` spell it.

    *margin* is how far the hard limit lies above the soft one, which is the *value*.
    """

    name: str
    value: int
    why: str
    margin: int = 0

    @property
    def number(self) -> int:
        """The resource's number on this system."""
        return int(getattr(resource, f"RLIMIT_{self.name.upper()}"))

    @property
    def pair(self) -> tuple[int, int]:
        """Soft and hard limit; not above the server's own hard one, which cannot be raised."""
        hard = resource.getrlimit(self.number)[1]
        most = sys.maxsize if hard == resource.RLIM_INFINITY else hard
        return min(self.value, most), min(self.value + self.margin, most)


LIMITS = (
    Limit("cpu", CPU_SECONDS, "endless loops, exponential regular expressions", margin=1),
    Limit("as", MEMORY_BYTES, "strings that double, whole inputs kept in memory"),
    Limit("fsize", 0, "writes no file"),
    Limit("nofile", 64, "opens few files"),
    Limit("nproc", 0, "starts no process and no thread"),
    Limit("core", 0, "leaves no memory image behind"),
)


@attrs.frozen
class Peculiarity:
    """What one filter needs to work within limits: other *limits*, some lifted, or more *words*."""

    why: str
    limits: tuple[Limit, ...] = ()
    lifted: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()


PECULIARITIES = {
    "sort": Peculiarity("reading a pipe it takes to temporary files after 1 MiB", words=("-S", "256M")),
    "yq": Peculiarity(
        "one yq is written in Go, which reserves addresses and has threads, the other starts jq",
        limits=(Limit("as", 2 * MEMORY_BYTES, "as above"),),
        lifted=frozenset({"nproc"}),
    ),
}
_USUAL = Peculiarity("nothing peculiar")

_PYTHON_LAUNCHER = """
import os, resource, signal, sys
for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, and so would the filter
    signal.signal(getattr(signal, name), signal.SIG_DFL)
limits, program = sys.argv[1].split(","), sys.argv[2]
for number, soft, hard in (map(int, limit.split(":")) for limit in limits):
    resource.setrlimit(number, (soft, hard))
os.execv(program, sys.argv[2:])
"""


def confined(name: str, program: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The argv that runs the filter *name*, the file *program*, within its limits."""
    peculiar = PECULIARITIES.get(name, _USUAL)
    return (*_launcher(peculiar), program, *peculiar.words, *words)


def prlimit() -> str | None:
    """The path of prlimit(1), which util-linux brings."""
    return shutil.which("prlimit", path="/usr/bin:/bin")


def _launcher(peculiar: Peculiarity) -> tuple[str, ...]:
    """The words of prlimit(1), or else of a bare Python."""
    lifted = peculiar.lifted | _NOT_HERE
    by_name = {limit.name: limit for limit in (*LIMITS, *peculiar.limits)}
    limits = [limit for limit in by_name.values() if limit.name not in lifted]
    if program := prlimit():
        options = ("--{}={}:{}".format(limit.name, *limit.pair) for limit in limits)
        return (program, *options, "--")
    numbers = ",".join("{}:{}:{}".format(limit.number, *limit.pair) for limit in limits)
    return (sys.executable, "-I", "-S", "-c", _PYTHON_LAUNCHER, numbers)


_TELLING = frozenset({signal.SIGXCPU, signal.SIGXFSZ, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS})
_OUT_OF_MEMORY = ("memory exhausted", "cannot allocate memory", "out of memory")


def limit_note(name: str, exit_code: int, stderr: str) -> str:
    """A line for the stderr of the filter *name* if a limit may have ended it; else empty."""
    if -exit_code in _TELLING:
        cause = signal.Signals(-exit_code).name
    elif exit_code and any(phrase in stderr.lower() for phrase in _OUT_OF_MEMORY):
        cause = "lack of memory"
    else:
        return ""
    return (
        f"{name}: ended by {cause}; the limits of a filter are {CPU_SECONDS} s of CPU time, "
        f"{MEMORY_BYTES // 1024**2} MiB of memory and no files\n"
    )
