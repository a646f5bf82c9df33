"""Secret values never leave: every spelling of Secrets against every way to print them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError
from kubeport.domain.reading import read
from kubeport.domain.tools.grammar import Subject
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.kubectl import KUBECTL, subject_demands
from kubeport.domain.tools.parsing import parse
from kubeport.domain.understanding import understand

SPELLINGS = (
    "secret db", "secrets", "SECRETS", "secret/db", "Secret/db", "secrets. db", "secrets.v1. db",
    "secrets.v1 db", "secrets.v1.core db", "secrets.example.com", "cm,secret", "all,secrets",
    "pod/web secret/db", "secret -l a=b",
    "secret,secret",
)  # fmt: skip
PRINTERS = (
    "-o json", "-oyaml", "-o=kyaml", "-o jsonpath={.data}", "--output jsonpath-as-json={.data}",
    "-o custom-columns=A:.data", "-o go-template={{.data}}", "-o template={{.data}}",
    "--template={{.data}}", "-o go-template --template={{.data}}", "--sort-by=.data.password",
    "--sort-by='{.metadata.annotations.a}'", "--field-selector=data.password=x",
)  # fmt: skip


def call_of(line: str) -> Invocation:
    """Parse *line*, which begins behind the word ``kubectl``."""
    return parse(KUBECTL, read(line).stages[0].words, line)


@pytest.mark.parametrize(
    ("spelling", "printer"), list(itertools.product(SPELLINGS, PRINTERS)), ids=" ".join
)
def test_get_prints_no_value(spelling: str, printer: str) -> None:
    """No spelling and no format gets at the values, wherever the flag stands."""
    assert call_of(f"get {spelling} {printer}").effect is Effect.NEVER
    assert call_of(f"get {printer} {spelling}").effect is Effect.NEVER


@pytest.mark.parametrize(
    "flags",
    [
        "", "-o wide", "-o name", "--no-headers", "--show-labels", "-L app", "-A",
        "--sort-by=.metadata.name", "--sort-by={.metadata.creationTimestamp}", "--sort-by=.type",
        "--field-selector=type=kubernetes.io/tls", "--field-selector metadata.name!=a",
        "--field-selector=''",
    ],
)  # fmt: skip
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_get_lists_secrets(spelling: str, flags: str) -> None:
    """Tables and names are everyday work."""
    assert call_of(f"get {spelling} {flags}").effect is Effect.READ


@pytest.mark.parametrize(
    "line",
    [
        "label secret db a=b -o yaml",
        "annotate secret db a=b --dry-run=client -o jsonpath={.data}",
        "annotate secrets --all --list", "annotate secret/db --list=T",
        "patch secret db -p '{}' -o json", "wait secret/db --for=jsonpath='{.data.k}'=x",
        "wait secrets --all --for=jsonpath={.data.k}", "wait secret/db --for=delete -o yaml",
        "apply view-last-applied secret db", "apply view-last-applied pod/a secrets./db",
        "create secret generic s --from-literal=a=b -o yaml",
        "create secret docker-registry s --dry-run=client -o json",
        "set env deploy/w --from=secret/db -o yaml",
        "set env deploy/w A=b --from=secrets/db --template={{.}}",
        "set env pods --all --list --resolve=1", "apply -f - --prune -l a=b -o yaml",
        "expose secret db --port=80 -o yaml", "rollout history secret/db -o yaml",
    ],
)  # fmt: skip
def test_no_other_verb_prints_a_value(line: str) -> None:
    """Changing, waiting and listing verbs print objects too."""
    assert call_of(line).effect is Effect.NEVER


def _effect(line: str) -> Effect:
    try:
        return call_of(line).effect
    except CommandError:
        return Effect.NEVER


@pytest.mark.parametrize(
    "line",
    [
        "label secret db a=b", "annotate secret db a=b -o name", "wait secret/db --for=create",
        "patch secret db -p '{\"stringData\":{\"a\":\"b\"}}'", "describe secrets",
        "label secret db --list", "set env deploy/w --from=secret/db", "get sealedsecrets -o yaml",
        "get cm secrets -o yaml", "get secretstores.external-secrets.io -o yaml",
        "get pod secret -o yaml", "create secret generic s --from-literal=a=b -o name",
        "get all -o yaml",
    ],
)  # fmt: skip
def test_what_tells_no_value_is_allowed(line: str) -> None:
    """A word like secret in a name or another kind is no Secret, and changes are changes."""
    assert call_of(line).effect <= Effect.WRITE


@pytest.mark.parametrize(
    ("patch", "allowed"),
    [
        ('[{"op":"replace","path":"/data/a","value":"eA=="}]', True),
        ('[{"op":"add","path":"/a","value":{"op":"copy"}},{"op":"remove","path":"/b"}]', True),
        ('[{"op":"copy","from":"/data/a","path":"/metadata/labels/a"}]', False),
        ('[{"op":"move","from":"/data/a","path":"/metadata/labels/a"}]', False),
        ('[{"op":"test","path":"/data/a","value":"eA=="}]', False),
        ('[{"op":"add","op":"copy","from":"/data/a","path":"/b"}]', False),
        ('[{"path":"/data/a"}]', False),
        ("- op: copy", False),
        ('{"op":"add"}', False),
        ('[[{"op":"add"}]]', False),
        ("[" * 5000, False),
    ],
)
def test_a_json_patch_of_a_secret_only_sets(patch: str, allowed: bool) -> None:
    """Copying a value into a label, or testing it, would tell it."""
    call = call_of(f"patch secret db --type=json -p '{patch}'")
    assert (call.effect is Effect.WRITE) == allowed
    assert call_of(f"patch deploy web --type=json -p '{patch}'").effect is Effect.WRITE


def test_a_manifest_with_a_secret_is_not_printed() -> None:
    """The judge learns from the manifest what the call is about, and asks again."""
    call = call_of("apply -f - -o yaml")
    assert call.effect is Effect.WRITE
    found = subject_demands(call, (Subject("configmaps", "a"), Subject("secrets", "b")))
    assert [demand.effect for demand in found] == [Effect.NEVER]
    assert subject_demands(call_of("apply -f - -o name"), (Subject("secrets", "b"),)) == ()


def test_a_manifest_with_a_delicate_kind_is_for_admins() -> None:
    """What patch may not change below admin, apply may not either."""
    subjects = (Subject("clusterroles", "a"), Subject("pods", "b"))
    found = subject_demands(call_of("apply -f -"), subjects)
    assert [demand.effect for demand in found] == [Effect.ADMIN]


@given(st.sampled_from(SPELLINGS), st.text("abcdo=-{}.yamljsnpthk*[]@", min_size=1, max_size=12))
def test_only_the_safe_formats_print_secrets(spelling: str, format: str) -> None:
    """Whatever follows -o: it is wide or name, or the call is refused."""
    effect = _effect(f"get {spelling} -o '{format}'")
    assert effect is Effect.NEVER or format in ("wide", "name", "=wide", "=name")


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("Opaque", True),
        ("kubernetes.io/tls", True),
        ("kubernetes.io/service-account-token", False),
        ("bootstrap.kubernetes.io/token", False),
    ],
)
def test_no_secret_is_made_that_is_a_token_of_the_cluster(kind: str, made: bool) -> None:
    """A service account's or a bootstrap token is a credential that somebody else will accept."""
    line = f"create secret generic s --type={kind} --from-literal=a=b"
    try:
        effect = understand(f"kubectl {line}").call.effect
    except CommandError:
        effect = Effect.NEVER
    assert (effect is Effect.WRITE) is made
