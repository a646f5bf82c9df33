"""How the generator writes Markdown: tables, and the prose of docstrings."""

import inspect
import re
from collections.abc import Iterable, Sequence


def page(title: str, lead: str, *parts: str) -> str:
    """A page: its title, what it is about, and the *parts* that have anything to say."""
    marked = "% Written by `make reference` from the code: do not edit."
    return "\n\n".join(part for part in (marked, f"# {title}", lead, *parts) if part) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; empty where there is no row."""
    lines = [_row(cells) for cells in rows]
    return "\n".join((_row(heads), _row(["---"] * len(heads)), *lines)) if lines else ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", r"\|").split()) for cell in cells) + " |"


def code(text: str) -> str:
    """*text* as code; empty stays empty."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str], between: str = ", ") -> str:
    """Each of *texts* as code."""
    return between.join(code(text) for text in texts)


def prose(documented: object) -> str:
    """The docstring of *documented* as Markdown: its paragraphs, with code and names as code."""
    text = inspect.cleandoc(getattr(documented, "__doc__", "") or "").split("\nRaises:")[0].strip()
    marked = re.sub(r"(?<!\*)\*(\w+)\*(?!\*)", r"`\1`", text.replace("``", "`"))
    return "\n\n".join(" ".join(part.split()) for part in marked.split("\n\n"))


def sentence(text: str) -> str:
    """*text* with a capital at its beginning and a full stop at its end."""
    text = text.strip()
    ended = text if not text or text.endswith((".", "?", "!", "…")) else f"{text}."
    return ended if ended.startswith("`") else ended[:1].upper() + ended[1:]


def meanings(documented: type, names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A docstring that explains fields, as ``name: meaning.`` or ``name, name: meaning;``, taken apart.

    Returns what comes before the first field, and the meaning of each of *names*.

    Raises:
        ValueError: a field is not explained; says which, and how it is done.
    """
    text = prose(documented)
    known = "|".join(map(re.escape, names))
    entry = re.compile(rf"(?:^|(?<=[.;]\s)|(?<=\n))((?:{known})(?:, (?:{known}))*): ")
    parts = entry.split(text)
    found = dict[str, str]()
    for fields, meaning in zip(parts[1::2], parts[2::2], strict=True):
        found.update({name: sentence(meaning.strip().rstrip(";")) for name in fields.split(", ")})
    if missing := [name for name in names if name not in found]:
        raise ValueError(
            f"{documented.__name__} does not explain {', '.join(missing)}: write `{missing[0]}: meaning.` in its "
            "docstring, then `make reference`"
        )
    return parts[0].strip(), found
