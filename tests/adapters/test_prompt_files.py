"""Operators' own prompts as files: what a good one gives, and where a bad one is wrong."""

import logging
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport import in_memory
from kubeport.adapters.cli.arguments import EXIT_FAILED
from kubeport.adapters.config.prompt_files import PromptFolder, read_prompt
from kubeport.adapters.fake_cluster import shop
from kubeport.application.settings import PromptSettings, Settings
from kubeport.domain.errors import CommandError
from kubeport.domain.prompts.built_in import BUILT_IN
from kubeport.domain.prompts.prompt import Argument, CommandSource, ObjectSource

GOOD = """\
---
title: Ingress of a service
description: Why an ingress does not answer.
arguments:
  - name: namespace
    type: namespace
    description: Its namespace.
  - name: service
    type: name
    description: The service behind it.
    required: true
sources:
  - kind: service
    name: "{service}"
  - label: Ingresses
    command: kubectl get ingress -o wide
    tokens: 800
reads:
  - kubectl describe ingress NAME
changes:
  - kubectl annotate ingress NAME KEY=VALUE
---
Find out why the ingress of {service} does not answer.
"""


def written(folder: Path, text: str, name: str = "ingress.md") -> Path:
    """A file with *text*."""
    file = folder / name
    file.write_text(text)
    return file


def test_a_good_file_is_a_prompt(tmp_path: Path) -> None:
    """Named as the file, with all of its parts."""
    prompt = read_prompt(written(tmp_path, GOOD))
    assert (prompt.name, prompt.title, prompt.tool) == ("ingress", "Ingress of a service", "kubectl")
    assert [argument.name for argument in prompt.arguments] == ["namespace", "service"]
    assert prompt.sources == (
        ObjectSource("service", "{service}", 1500),
        CommandSource("Ingresses", "kubectl get ingress -o wide", 800),
    )
    assert prompt.text == "Find out why the ingress of {service} does not answer."


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("---\ntitle", "title", "line 1: the file does not begin with front matter"),
        ("title: Ingress of a service\n", "", "line 2: title is missing"),
        ("title:", "titel:", "there is no key titel; keys: "),
        ("    tokens: 800", "    tokens: many", "line 17: expected int at sources[1].tokens"),
        ("required: true", "required: yes please", "line 11: expected bool at arguments[1].required"),
        ("    description: Its namespace.\n", "", "description is missing at arguments[0]"),
        ("type: name\n", "type: pod\n", "the type of 'service' is not known: 'pod'"),
        ("tokens: 800", "tokens: 800\n    tokens: 900", "line 18: the key 'tokens' is there twice"),
        ("title: Ingress", "title: [Ingress", "line 3: "),
        ("title: Ingress of a service", "title: 2026-99-99", "line 2: the value is none of"),
        ("title: Ingress of a service", "title: !!int abc", "line 2: the value is none of"),
        ("title: Ingress of a service", "title: !!python/object:os.system x", "line 2: the value is none of"),
        ("title: Ingress of a service", "title: " + "[" * 20_000, "nested too deeply"),
        ("title: Ingress of a service", "title: 7", "line 2: expected str at title"),
        ("kubectl get ingress -o wide", "kubectl delete ingress x", "sources, number 2: A prompt only reads"),
        ("kubectl get ingress -o wide", "kubectl get ingress; id", "sources, number 2: "),
        ("kubectl get ingress -o wide", "bash -c id", "sources, number 2: "),
        ("label: Ingresses", "kind: pod", "sources, number 2: expected label and command, or kind and name"),
        ("of {service} does", "of {servic} does", "text: There is no argument 'servic'"),
        ("Find out why the ingress of {service} does not answer.\n", "", "text: there is none"),
        ("kubectl annotate", "kubectl anotate", "changes: "),
        ("sources:\n  - kind", "sources: &a\n  - *a\n  - kind", "line 12: aliases are not taken"),
    ],
)
def test_a_bad_file_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    """The message names the file, and the line or the part."""
    assert old in GOOD
    file = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(CommandError) as caught:
        read_prompt(file)
    assert str(file) in str(caught.value)
    assert told in str(caught.value)


def test_a_shipped_one_is_replaced_on_purpose_only(tmp_path: Path) -> None:
    """A name that ships needs ``replaces``, and ``replaces`` a name that ships."""
    with pytest.raises(CommandError, match="replaces: true"):
        read_prompt(written(tmp_path, GOOD, "troubleshoot.md"))
    text = GOOD.replace("---\n", "---\nreplaces: true\n", 1)
    assert read_prompt(written(tmp_path, text, "troubleshoot.md")).name == "troubleshoot"
    with pytest.raises(CommandError, match="leave `replaces` out"):
        read_prompt(written(tmp_path, text))


@pytest.mark.parametrize("name", ["Ingress.md", "my prompt.md", "1.md", "-a.md"])
def test_a_name_is_that_of_a_prompt(tmp_path: Path, name: str) -> None:
    """Lower-case letters, digits and dashes."""
    with pytest.raises(CommandError, match="is not one of a prompt"):
        read_prompt(written(tmp_path, GOOD, name))


@given(st.text(max_size=300) | st.text("-:[]{}&*!|>'\"\n ab", max_size=80).map(lambda s: f"---\n{s}\n---\nx"))
def test_any_text_is_a_prompt_or_an_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Nothing but CommandError leaves the reader."""
    file = tmp_path_factory.getbasetemp() / "any.md"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_prompt(file)
    except CommandError as error:
        assert str(file) in str(error)


def test_a_folder_is_read_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """New files come, removed ones go, and one that has become wrong stays as it was, loudly and once."""
    folder = PromptFolder(tmp_path)
    assert folder() == ()
    file = written(tmp_path, GOOD)
    written(tmp_path, "no prompt", "notes.txt")
    assert [prompt.name for prompt in folder()] == ["ingress"]
    written(tmp_path, GOOD.replace("title: Ingress", "title: New ingress"))
    assert folder()[0].title == "New ingress of a service"
    with caplog.at_level(logging.ERROR):
        written(tmp_path, "---\nbroken\n")
        assert folder()[0].title == "New ingress of a service"
        assert folder()[0].title == "New ingress of a service"
    assert len(caplog.records) == 1
    os.unlink(file)
    assert folder() == ()


def test_a_bad_folder_stops_the_start(tmp_path: Path) -> None:
    """At the start nothing is guessed: a folder or file that is wrong is an error."""
    with pytest.raises(CommandError, match=r"prompts\.folder"):
        PromptFolder(tmp_path / "none")
    written(tmp_path, "broken")
    with pytest.raises(CommandError, match="front matter"):
        PromptFolder(tmp_path)


@pytest.mark.anyio
async def test_an_own_prompt_is_offered_and_filled(tmp_path: Path) -> None:
    """It stands beside those that ship, and gathers in the same way."""
    written(tmp_path, GOOD)
    kubeport = in_memory(shop(), Settings(prompts=PromptSettings(str(tmp_path))))
    assert [prompt.name for prompt in kubeport.prompts.list()][-1] == "ingress"
    filled = await kubeport.prompts.fill("ingress", {"service": "web", "namespace": "shop"})
    assert filled.parts[1].uri == "k8s-service://demo/shop/web"


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``kubeport prompts list|show|check``, for people and for programs."""
    from kubeport.__main__ import main

    good, bad = written(tmp_path, GOOD), written(tmp_path, "x", "bad.md")
    assert main(["prompts", "check", str(good)]) == 0
    assert main(["prompts", "check", "--json", str(good), str(bad)]) == EXIT_FAILED
    assert '"ok": false' in capsys.readouterr().out
    assert main(["prompts", "list"]) == 0
    assert "troubleshoot" in capsys.readouterr().out
    assert main(["prompts", "show", "troubleshoot"]) == 0
    assert "kubectl events" in capsys.readouterr().out
    assert main(["prompts", "show", "nothing"]) != 0
    assert "There is no prompt 'nothing'." in capsys.readouterr().err


_PAGE = Path(__file__).parents[2] / "docs" / "prompts.md"


def test_the_example_of_the_documentation_is_a_prompt(tmp_path: Path) -> None:
    """What the page shows can be used as it is."""
    (example,) = re.findall(r"```markdown\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    assert read_prompt(written(tmp_path, example)).name == "ingress"


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    """Each prompt with its arguments, as it ships."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (context.*) \|$", _PAGE.read_text(), re.MULTILINE)
    assert rows == [(prompt.name, ", ".join(map(_told, prompt.arguments))) for prompt in BUILT_IN]


def _told(argument: Argument) -> str:
    name = f"**{argument.name}**" if argument.required else argument.name
    return f"{name} ({argument.default})" if argument.default else name
