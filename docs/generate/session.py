"""`python -m docs.generate.session` records docs/session.svg: `kubeport demo`, really run, drawn as a terminal."""

import html
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SVG = Path(__file__).parents[1] / "session.svg"
_WIDTH = 104
_LONGEST = 12  # lines of one part; … marks what is left out
_COMMAND = "$ kubeport demo"
_STYLES = {"$ ": "bold", "── ": "bold cyan", "   kubectl:": "green", "   POLICY_DENIED": "red"}
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)  # no reader's browser is sent to fetch one
_TEXT = re.compile(r'<text [^>]*? y="([\d.]+)" textLength=[^>]*>(.*?)</text>', re.DOTALL)


def recorded() -> list[str]:
    """The lines of a run: each question, its command, and the beginning of the answer."""
    done = subprocess.run(
        [sys.executable, "-m", "kubeport", "demo"], capture_output=True, text=True, check=True, timeout=60
    )
    talk = done.stdout.partition("\nThat was an in-memory cluster.")[0]
    return [_COMMAND, *(line for part in re.split(r"\n(?=── )", talk) for line in _begun(part))]


def _begun(part: str) -> Iterator[str]:
    lines = part.strip("\n").splitlines()
    yield from (line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…" for line in lines[:_LONGEST])
    if len(lines) > _LONGEST:
        yield "   …"
    yield ""


def drawn(lines: list[str]) -> str:
    """The lines as an SVG."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    for line in lines:
        style = next((style for start, style in _STYLES.items() if line.startswith(start)), "")
        console.print(Text(line, style=style))
    return _FONTS.sub("", console.export_svg(title="kubeport demo", unique_id="session"))


def shown(svg: str) -> list[str]:
    """The lines that an SVG of ours shows, without what moves with the clock and without empty ones."""
    rows: dict[float, str] = {}
    for y, text in _TEXT.findall(svg):
        rows[float(y)] = rows.get(float(y), "") + html.unescape(text)
    return still([rows[y] for y in sorted(rows)])


def still(lines: list[str]) -> list[str]:
    """Lines whose ages are all alike."""
    plain = (line.replace("\N{NO-BREAK SPACE}", " ").strip() for line in lines)
    return [re.sub(r"\b(\d+[dhms])+(?= ago|\b)", "1s", re.sub(" +", " ", line)) for line in plain if line]


if __name__ == "__main__":
    SVG.write_text(drawn(recorded()), encoding="utf-8")
    print(f"{SVG}: {SVG.stat().st_size // 1024} KiB")
