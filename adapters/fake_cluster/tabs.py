"""Text with tab stops that fit their columns, as Go's tabwriter lays it out.

A cell ends at a tab; cells of one column in neighbouring lines are padded to the same width. What
follows the last tab of a line belongs to no column.
"""

from collections.abc import Iterable, Sequence


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as ``kubectl get`` prints them."""
    return align("".join("\t".join(row) + "\n" for row in rows), padding=3, least=6)


def align(text: str, padding: int = 2, least: int = 0) -> str:
    """*text* with its tabs replaced by blanks; columns at least *least* wide."""
    lines = [line.split("\t") for line in text.split("\n")]
    for column in range(max(len(cells) for cells in lines)):
        _pad(lines, column, padding, least)
    return "\n".join("".join(cells) for cells in lines)


def _pad(lines: list[list[str]], column: int, padding: int, least: int) -> None:
    run: list[list[str]] = []
    for cells in [*lines, list[str]()]:
        if len(cells) > column + 1:
            run.append(cells)
            continue
        width = max((len(cells[column]) + padding for cells in run), default=0)
        for member in run:
            member[column] = member[column].ljust(max(width, least))
        run = []
