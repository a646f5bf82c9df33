"""The page of prompts: what each is for, takes, gathers and proposes."""

from kubeport.domain.prompts.built_in import BUILT_IN
from kubeport.domain.prompts.prompt import Argument, ObjectSource, Prompt, Source

from .markdown import code, page, sentence, table

_LEAD = """\
Prompts are picked by a user in an MCP client. Each gathers its data with commands that only read, under the policy and as the
caller, and then says what to conclude from them. What it proposes to run afterwards is judged as any other command."""


def prompts() -> str:
    """The page."""
    return page("Prompts", _LEAD, *map(_prompt, BUILT_IN))


def _prompt(prompt: Prompt) -> str:
    parts = (
        f"## {prompt.name}",
        f"{sentence(prompt.description)} It is offered where {prompt.tool} is.",
        table(("argument", "type", "needed", "meaning"), map(_argument, prompt.arguments)),
        "It gathers:",
        "\n".join(f"- {_source(source)}" for source in prompt.sources),
        _listed("It may go on to look at:", prompt.reads),
        _listed("It may propose:", prompt.changes),
    )
    return "\n\n".join(part for part in parts if part)


def _argument(one: Argument) -> tuple[str, ...]:
    needed = "yes" if one.required else f"no, `{one.default}`" if one.default else "no"
    return (code(one.name), one.type.value.name, needed, sentence(one.description))


def _source(source: Source) -> str:
    if isinstance(source, ObjectSource):
        return f"the resource of {code(source.kind)} {code(source.name)}"
    return f"{source.label}: {code(source.command)}"


def _listed(lead: str, lines: tuple[str, ...]) -> str:
    return "\n\n".join((lead, "\n".join(f"- {code(line)}" for line in lines))) if lines else ""
