"""What a prompt's sources say now: read at once, each through the choke point, within one time limit."""

import asyncio
from collections.abc import Mapping

import attrs

from ...domain.context import Target
from ...domain.errors import KubeportError, ResourceNotFound, TimedOut
from ...domain.policy import Caller
from ...domain.prompts.checking import everywhere
from ...domain.prompts.framing import cut, framed, matching_lines
from ...domain.prompts.prompt import CommandSource, ObjectSource, Prompt, Source
from ...domain.resources.uri import ResourceUri
from ...domain.result import Result
from ..request import Access, Origin, Request
from ..resources.asking import raised, reason_of
from ..resources.reading import ReadResource
from ..run_command import RunCommand

SECONDS = 20.0
"""How long the sources of one prompt may take altogether."""


@attrs.frozen
class Part:
    """A piece of a filled prompt: a *text*, or with a *uri* the resource that *text* is."""

    text: str
    uri: str = ""
    mime_type: str = ""


@attrs.frozen
class Gathered:
    """What one source gave; *fault* is why it could not be read."""

    part: Part
    fault: KubeportError | None = None


@attrs.frozen
class Gathering:
    """Reads the sources of *prompt*, filled with *values*, at *target* for *caller*."""

    run: RunCommand
    read: ReadResource
    prompt: Prompt
    values: Mapping[str, str]
    target: Target
    caller: Caller
    origin: Origin

    async def __call__(self) -> tuple[Part, ...]:
        """A part for each source, in order; one that could not be read says why.

        Raises:
            KubeportError: not a single one could be read; the first one's error.
        """
        found = await asyncio.gather(*(self._one(source) for source in self.prompt.sources))
        faults = [one.fault for one in found if one.fault is not None]
        if faults and len(faults) == len(found):
            raise faults[0]
        return tuple(one.part for one in found)

    async def _one(self, source: Source) -> Gathered:
        ask = self._command(source) if isinstance(source, CommandSource) else self._object(source)
        try:
            async with asyncio.timeout(SECONDS):
                return await ask
        except TimeoutError:
            return _unread(self._heading(source), TimedOut.after(SECONDS))
        except ResourceNotFound:
            return Gathered(Part(framed(self._heading(source), "There is no such object.\n")))
        except KubeportError as error:
            return _unread(self._heading(source), error)

    async def _command(self, source: CommandSource) -> Gathered:
        command = self.prompt.filled(source.command, self.values)
        limits = self.run.settings.limits
        everywhere_asked = everywhere(source.command, self.prompt.arguments)
        request = Request(
            command,
            context=self.target.context,
            namespace="" if everywhere_asked else self.target.namespace,
            timeout=max(limits.min_timeout, min(SECONDS, limits.max_timeout)),
            access=Access.READ,
            caller=self.caller,
            whole=True,
            origin=self.origin,
        )
        result = await self.run(request)
        if result.error is not None and not result.output:
            return _unread(self._heading(source), raised(result.error))
        text = result.output or "(nothing)\n"
        if source.only:
            text = matching_lines(text, self.prompt.filled(source.only, self.values))
        shown = f"{_gaps(result)}{cut(text, source.tokens, both_ends=source.both_ends)}"
        return Gathered(Part(framed(self._heading(source), shown)))

    async def _object(self, source: ObjectSource) -> Gathered:
        found = await self.read(self._uri(source), self.caller, self.origin)
        text = cut(found.text, source.tokens)
        return Gathered(Part(text, found.uri, found.mime_type))

    def _uri(self, source: ObjectSource) -> str:
        kind, name = (self.prompt.filled(text, self.values) for text in (source.kind, source.name))
        return str(ResourceUri.of(self.target.context, kind, name, self.target.namespace))

    def _heading(self, source: Source) -> str:
        if isinstance(source, CommandSource):
            return f"{source.label} ({self.prompt.filled(source.command, self.values)}):"
        return f"{self.prompt.filled(f'{source.kind} {source.name}', self.values)}:"


def _gaps(result: Result) -> str:
    """What is missing of an output; it stands within the frame, since a program's own words are in it."""
    told = list[str]()
    if result.truncated:
        told.append("[There was more than is kept: this is the beginning, without the newest lines.]")
    if result.error is not None:
        told.append(f"[It is not all of it: {reason_of(result.error)}]")
    return "".join(f"{line}\n" for line in told)


def _unread(heading: str, error: KubeportError) -> Gathered:
    why = framed(heading, f"Not read: {error.code}: {error.message} {error.hint}".strip() + "\n")
    return Gathered(Part(why), error)
