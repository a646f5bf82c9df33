"""Canned endings of commands: what a cluster that is not well answers."""

import attrs


@attrs.frozen
class Failure:
    """Commands that begin with *command* end so, whatever the cluster holds.

    *command* is words and, optionally, flags: ``kubectl get secrets`` means that command in every
    context and namespace, ``kubectl get --context=prod`` all that is got from one context. With
    *hang* the command never ends by itself.
    """

    command: str
    exit_code: int = 1
    stderr: str = ""
    stdout: str = ""
    hang: bool = False

    @classmethod
    def forbidden(cls, command: str, resource: str = "pods", user: str = "viewer") -> "Failure":
        """The API server knows the caller and does not let it."""
        denied = f'{resource} is forbidden: User "{user}" cannot list resource "{resource}"'
        return cls(command, stderr=f'Error from server (Forbidden): {denied} in API group ""\n')

    @classmethod
    def unauthorized(cls, command: str = "kubectl") -> "Failure":
        """The API server does not know the caller."""
        return cls(command, stderr="error: You must be logged in to the server (Unauthorized)\n")

    @classmethod
    def unreachable(cls, command: str = "kubectl", server: str = "demo.invalid:6443") -> "Failure":
        """Nothing listens where the API server should be."""
        return cls(
            command,
            stderr=(
                f"The connection to the server {server} was refused - did you specify the "
                "right host or port?\n"
            ),
        )

    @classmethod
    def hanging(cls, command: str) -> "Failure":
        """The command never ends by itself."""
        return cls(command, hang=True)

    def matches(self, argv: tuple[str, ...]) -> bool:
        """Whether *argv* begins with the words of the command and has its flags."""
        wanted, flags = _sorted(tuple(self.command.split()))
        words, given = _sorted(argv)
        return words[: len(wanted)] == wanted and set(flags) <= set(given)


def _sorted(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words and flags apart."""
    flags = tuple(word for word in words if word.startswith("-"))
    return tuple(word for word in words if word not in flags), flags
