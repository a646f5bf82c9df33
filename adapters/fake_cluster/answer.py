"""What a program of the in-memory cluster answers, and how it says that it cannot."""

import attrs


@attrs.frozen
class Answer:
    """What one program printed and how it ended."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0


@attrs.define(eq=False)
class Trouble(Exception):
    """The program fails: *stderr* without its line end, and what it printed until then."""

    stderr: str
    exit_code: int = 1
    stdout: str = ""

    @property
    def answer(self) -> Answer:
        """The failure as an answer."""
        return Answer(self.stdout, self.stderr + "\n", self.exit_code)


def beyond(what: str) -> Trouble:
    """The failure for what a real cluster can do and this one cannot."""
    return Trouble(f"error: the in-memory cluster cannot {what}")


def not_found(resource: str, name: str) -> Trouble:
    """The API server's answer about an object that is not there."""
    return Trouble(f'Error from server (NotFound): {resource} "{name}" not found')
