"""Formats are compared exactly, and templates end."""

import pytest

from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError
from kubeport.domain.reading import read
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.kubectl import KUBECTL
from kubeport.domain.tools.parsing import parse


def call_of(line: str) -> Invocation:
    """Parse *line*, which begins behind the word ``kubectl``."""
    return parse(KUBECTL, read(line).stages[0].words, line)


def _ranges(count: int) -> str:
    return "{{range .items}}" * count + "{{end}}" * count


@pytest.mark.parametrize(
    "template",
    [
        "{{range .items}}{{.metadata.name}}{{end}}", "{{len .items}}", "plain text", _ranges(3),
        '{{range $i, $e := .items}}{{if gt $i 1}}{{"a}}b{{"}}{{end}}{{end}}', "{{/* \" */}}{{.a}}",
        '{{printf "%-20s %3d" .a 1}}', '{{with .a}}{{else}}{{end}}', "{{range .a}}{{end}}" * 9,
        '{{index .metadata.annotations "define"}}', "{{range $x := .block}}{{.template}}{{end}}",
    ],
)  # fmt: skip
def test_everyday_templates_pass(template: str) -> None:
    """Loops, conditions and formats are what templates are for."""
    assert call_of(f"get pods -o go-template='{template}'").effect is Effect.READ
    assert call_of(f"get pods --template='{template}'").effect is Effect.READ


@pytest.mark.parametrize(
    "template",
    [
        '{{define "x"}}{{end}}', '{{- define "x"}}{{end}}', '{{template "x" .}}',
        '{{block "x" .}}{{end}}',
        _ranges(4), "{{range.items}}" * 4 + "{{end}}" * 4, "{{range 1000000}}x{{end}}",
        '{{range .a}}{{"}} {{end}} "}}{{range .b}}{{range .c}}{{range .d}}' + "{{end}}" * 4,
        '{{printf "%99999s" .a}}', '{{printf "%*d" 9 1}}', '{{printf "%.99999f" 1.0}}',
        '{{/* " */}}{{define "x"}}{{end}}', '{{"{{"}}{{define "x"}}{{end}}',
    ],
)  # fmt: skip
def test_endless_templates_are_refused(template: str) -> None:
    """Recursion, deep loops and huge widths are refused, also behind strings and comments."""
    assert call_of(f"get pods -o go-template='{template}'").effect is Effect.NEVER


@pytest.mark.parametrize(("depth", "effect"), [(3, Effect.READ), (4, Effect.NEVER)])
def test_ranges_of_a_path_are_bounded(depth: int, effect: Effect) -> None:
    """A JSONPath loops at most three deep; a literal that looks like an end is none."""
    path = "{range .a}{\"{end}\"}" * depth + "{end}" * depth
    assert call_of(f"get pods -o jsonpath='{path}'").effect is effect


@pytest.mark.parametrize(
    "flags",
    [
        "-o json --template={{.}}", "-o wide --template={{.}}", "-o jsonpath={.a} --template={{.}}",
        "-o go-template={{.a}} --template={{.}}", "-o go-template", "-o template",
        "-o go-template=", "-o go-template='{{range .items'", "-o 'go-template={{\"open}}'",
    ],
)  # fmt: skip
def test_template_and_format_belong_together(flags: str) -> None:
    """``--template`` goes with go-template alone, and every template is whole."""
    with pytest.raises(CommandError):
        call_of(f"get pods {flags}")


@pytest.mark.parametrize(
    "text", ["{{" * 15000, "{{/*" * 8000, '{{"' * 10000, '{"' * 15000, "{" * 30000]
)
def test_a_hostile_template_is_judged_at_once(text: str) -> None:
    """Reading a template takes time in proportion to its length."""
    for flag in ("go-template", "jsonpath"):
        try:
            effect = call_of(f"get pods -o {flag}='{text}'").effect
        except CommandError:
            effect = Effect.NEVER
        assert effect in (Effect.READ, Effect.NEVER)
