"""Secrets in files, as operators and Kubernetes mount them."""

import stat
from pathlib import Path

from ..domain.errors import CommandError


def secret_text(file: str, least: int = 1) -> str:
    """The one line of *file*, of at least *least* characters.

    Raises:
        CommandError: it cannot be read, everybody may read it, or it is too short; tells no content.
    """
    try:
        if Path(file).stat().st_mode & stat.S_IROTH:
            raise CommandError(f"{file}: everybody may read this secret.", hint=f"chmod o-r {file}")
        text = Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CommandError(f"{file}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise CommandError(f"{file}: is not UTF-8.") from None
    if len(text) < least or "\n" in text:
        raise CommandError(f"{file}: expected one line of at least {least} characters.")
    return text
