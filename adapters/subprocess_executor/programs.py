"""Which file a program's name means: looked up once, absolute, and not open to everybody."""

import os
import shutil
import stat
import sys
from collections.abc import Mapping

import attrs

from ...application.ports import Stage
from ...domain.errors import TOOL_NOT_FOUND_MESSAGE, ExecutionFailed, ToolNotFound


@attrs.define
class Programs:
    """The programs of this machine, by name; *paths* are configured, the others are on PATH.

    A tool that is not there is looked for beside our own Python: the extra ``kubectl`` puts it there, and
    nobody has to activate an environment for that.
    """

    paths: Mapping[str, str]
    tools: tuple[str, ...]
    _found: dict[str, str] = attrs.field(factory=dict[str, str], init=False)

    def of(self, stage: Stage) -> str:
        """The absolute path of the program that *stage* runs.

        Raises:
            ToolNotFound: no such tool, or no such program on this machine.
            ExecutionFailed: everybody may replace the program.
        """
        name = stage.argv[0]
        if not stage.filter and name not in self.tools:
            raise ToolNotFound(TOOL_NOT_FOUND_MESSAGE)
        return self.find(name)

    def find(self, name: str) -> str:
        """The absolute path of the program *name*; the first answer is kept."""
        if name not in self._found:
            path = self._look_up(name)
            _check_private(name, path)
            self._found[name] = path
        return self._found[name]

    def _look_up(self, name: str) -> str:
        configured = self.paths.get(name)
        if configured is not None:
            found = configured if os.path.isabs(configured) else None
            return shutil.which(found or "") or self._missing(name, f" at {configured}")
        # a relative entry of PATH would mean another file in each working directory
        entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
        path = os.pathsep.join(entry for entry in entries if os.path.isabs(entry))
        if os.path.basename(name) != name:
            return self._missing(name, "")
        beside = os.path.dirname(sys.executable) if name in self.tools else ""
        found = shutil.which(name, path=path) or (shutil.which(name, path=beside) if beside else None)
        return found or self._missing(name, "")

    def _missing(self, name: str, where: str) -> str:
        if name in self.tools:
            raise ToolNotFound(
                f"The program {name} is not installed on the server{where}.",
                hint=f"Install {name} on PATH, or set its path in the setting tools.paths.",
            )
        raise ToolNotFound(
            f"The text utility {name} is not installed on the server{where}.",
            hint=f"Install {name} on PATH, or send the command without it.",
        )


def _check_private(name: str, path: str) -> None:
    real = os.path.realpath(path)
    for place in dict.fromkeys((os.path.dirname(path), real, os.path.dirname(real))):
        if os.stat(place).st_mode & stat.S_IWOTH:
            raise ExecutionFailed(
                f"The program {name} is not run: everybody may write to {place}.",
                hint=f"Take the right away (chmod o-w {place}), or use another copy of {name}.",
                reason="unsafe_program",
            )
