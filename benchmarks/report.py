"""The table: a line for each number with its target; then what missed, and what was left out."""

import os

import attrs


class LeftOut(Exception):
    """This machine cannot measure a section; the text says why."""


@attrs.define
class Report:
    """Prints each number as soon as it is known."""

    _missed: list[str] = attrs.field(factory=list[str], init=False)
    _left_out: list[str] = attrs.field(factory=list[str], init=False)
    faults: list[str] = attrs.field(factory=list[str], init=False)
    """What must never be, whatever the machine: with one of these the run has failed."""

    def section(self, name: str) -> None:
        """Head the following rows, and say how busy the machine is."""
        print(f"\n{name}  (load {os.getloadavg()[0]:.1f})", flush=True)

    def row(self, name: str, value: str, beside: str = "") -> None:
        """A number without a target, and what it is compared with."""
        print(f"  {name:<52} {value:>11}  {'':<12} {beside}".rstrip(), flush=True)

    def target(self, name: str, value: float, unit: str, most: float, beside: str = "") -> None:
        """A number that should be at most *most*."""
        told = f"≤ {most:g}" if value <= most else f"ABOVE {most:g}"
        if value > most:
            self._missed.append(f"{name}: {value:.4g} {unit}, expected at most {most:g}")
        print(f"  {name:<52} {f'{value:.4g} {unit}':>11}  {told:<12} {beside}".rstrip(), flush=True)

    def never(self, name: str, value: int, beside: str = "") -> None:
        """A number that has to be nought."""
        if value:
            self.faults.append(f"{name}: {value} {beside}".rstrip())
        self.target(name, value, "", 0, beside)

    def left_out(self, name: str, why: str) -> None:
        """A section that has no numbers, or not all of them."""
        self._left_out.append(f"{name}: {why}")
        print(f"  left out: {why}", flush=True)

    def close(self) -> None:
        """The last lines."""
        told = (("Above the target", self._missed), ("Left out", self._left_out), ("Wrong", self.faults))
        for title, lines in told:
            print(f"\n{title}: {'nothing' if not lines else ''}".rstrip())
            for line in lines:
                print(f"  {line}")
