"""The identity of every object of a manifest is read; what could be read in two ways is refused."""

import json
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.adapters.reachable import texts_kept_by, texts_kept_by_error

from kubeport.adapters import yaml_events
from kubeport.adapters.manifest import MAX_BYTES, MAX_OBJECTS, YamlManifest
from kubeport.domain.errors import CommandError
from kubeport.domain.manifest import ManifestObject

SECRET = "sesame-4711"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: web}\n"
A_POD = ManifestObject("Pod", "a", "web", "v1")


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def each_loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with libyaml and with the parser written in Python."""
    if request.param == "python":
        monkeypatch.setattr(yaml_events, "_LOADER", yaml.SafeLoader)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML was built without libyaml")


def refusal(text: str) -> CommandError:
    """The error about *text*."""
    with pytest.raises(CommandError) as caught:
        YamlManifest().read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (POD, [A_POD]),
        ("kind: Pod", [ManifestObject("Pod", "")]),
        ("kind: Pod\nmetadata: {generateName: a-}", [ManifestObject("Pod", "")]),
        ("kind: Pod\nmetadata:\n", [ManifestObject("Pod", "")]),
        ('{"kind":"Pod","metadata":{"name":"a"}}', [ManifestObject("Pod", "a")]),
        ('{\n\t"kind": "Pod",\n\t\t"metadata": {"name":"a"}}', [ManifestObject("Pod", "a")]),
        ('{"kind":"Pod","x":"\\ud83d\\ude00 \\\\ud83d \\/ \\u00e9"}', [ManifestObject("Pod", "")]),
        (json.dumps({"kind": "Pod", "data": "🚀\n\t\"\\"}), [ManifestObject("Pod", "")]),
        ("metadata: {name: a}\nspec: {kind: Secret, items: [x]}\nkind: Pod\n",
         [ManifestObject("Pod", "a")]),
        (f"{POD}---\nkind: Job\n", [A_POD, ManifestObject("Job", "")]),
        (f"---\n{POD}---\n---\n# only a comment\n---\nnull\n", [A_POD]),
        (f"# c\n--- # c\n{POD}...\n", [A_POD]),
        (POD.replace("\n", "\r\n"), [A_POD]),
        ("\ufeff" + POD, [A_POD]),
        ('"kind": "Pod"\nmetadata: {"name": \'a\'}', [ManifestObject("Pod", "a")]),
        ("kind: Pod\ndata:\n  kind: |\n    kind: Secret\n    ---\n", [ManifestObject("Pod", "")]),
        ("kind: Pod\nspec: {ports: [{port: 80}, {port: !!str 81}]}", [ManifestObject("Pod", "")]),
        ("kind: List\nitems: []\n---\nkind: Job", [ManifestObject("Job", "")]),
        ("kind: List\nitems:\n---\nkind: Job", [ManifestObject("Job", "")]),
        (f"kind: List\nitems: [{{kind: Pod}}, {json.dumps({'kind': 'Job'})}]",
         [ManifestObject("Pod", ""), ManifestObject("Job", "")]),
        ("items: [{metadata: {name: a}}, {kind: Job}]\napiVersion: v1\nkind: ConfigMapList",
         [ManifestObject("ConfigMap", "a", "", "v1"), ManifestObject("Job", "")]),
        ("kind: List\nitems: [{kind: PodList, apiVersion: v1, items: [{metadata: {name: a}}]}]",
         [ManifestObject("Pod", "a", "", "v1")]),
        ("kind: AllowList\nmetadata: {name: a}", [ManifestObject("AllowList", "a")]),
    ],
    ids=lambda value: ascii(value)[:90],
)
def test_what_a_manifest_is_about(text: str, expected: list[ManifestObject]) -> None:
    """All documents and Lists, in order, in every way to write them."""
    assert list(YamlManifest().read(text)) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no object"),
        ("# nothing\n---\n", "no object"),
        ("kind: List\nitems: []", "no object"),
        (SECRET, "line 1, column 1: expected a mapping"),
        (f"{POD}---\n- a", "line 5, column 1: expected a mapping"),
        ("metadata: {name: a}", "line 1, column 1: an object without kind"),
        ("kind:", "an object without kind"),
        ("kind: List\nitems: [{kind: Pod}, {metadata: {name: a}}]",
         "line 2, column 22: an object without kind"),
        ("kind: PodList\nitems: [{apiVersion: v1}]", "an object without kind"),
        ("kind: Pod\nitems: [{kind: Secret}]", "whose kind does not end in List"),
        ("kind: List\nitems: {kind: Pod}", "line 2, column 8: expected a list"),
        ("kind: List\nitems: [x]", "line 2, column 9: expected a mapping"),
        ("kind: 1", "line 1, column 7: expected a text"),
        ("kind: yes", "expected a text"),
        ("kind: [Pod]", "expected a text"),
        ("kind: !!binary UG9k", "expected a text"),
        ('kind: "Po\\u200bd"', "without control or invisible characters"),
        ("kind: Pod\nmetadata: [a]", "line 2, column 11: expected a mapping"),
        ("kind: Pod\nmetadata: {name: 1}", "expected a text"),
        ("kind: Pod\nkind: Secret", "line 2, column 1: the same key a second time"),
        ('kind: Pod\n"k\\x69nd": Secret', "the same key a second time"),
        ('{"kind":"Pod","k\\u0069nd":"Secret"}', "the same key a second time"),
        ("kind: Pod\nspec: {a: {b: 1, b: 2}}", "line 2, column 18: the same key a second time"),
        ("kind: Pod\nKind: Secret", "line 2, column 7: a key in the wrong case"),
        ("kind: Pod\nItems: []", "a key in the wrong case"),
        ("kind: Pod\nmetadata: {Namespace: a}", "a key in the wrong case"),
        ("kind: Pod\n<<: {kind: Secret}", "a merge key"),
        ("kind: Pod\nspec:\n  <<: {a: b}", "line 3, column 3: a merge key"),
        ("kind: Pod\nx: &a y\nz: *a", "line 3, column 4: aliases are not accepted"),
        ("kind: &a Pod\nmetadata: *a", "aliases are not accepted"),
        ("kind: Pod\n!!binary a2luZA==: Secret", "a tag is not accepted on a key"),
        ("kind: Pod\n!!str kind: Secret", "a tag is not accepted on a key"),
        ("--- !!map\nkind: Pod", "a tag is not accepted"),
        ("kind: Pod\nspec: !!set {a}", "a tag is not accepted"),
        ("%YAML 1.1\n---\nkind: Pod", "directives are not accepted"),
        ("%TAG ! tag:x,2000:\n---\nkind: Pod", "directives are not accepted"),
        ("kind: ConfigMap # a\rkind: Secret", "line 1, column 20: a line break of this kind"),
        ("kind: ConfigMap\u2028---\u2028kind: Secret", "a line break of this kind"),
        ("kind: ConfigMap\x85---\x85kind: Secret", "a line break of this kind"),
        ("kind: Pod\nx: \x1b[31m", "line 2, column 4: a control character"),
        ("kind: Pod\nx: \ud83d", "line 2, column 4: a control character"),
        (f"kind: Pod\nx: '{SECRET}", "not YAML"),
        (f"kind: Pod\n\tx: {SECRET}", "line 2, column 1: not YAML"),
        ('{"kind":"Pod"}{"kind":"Secret"}', "not YAML"),
        ('kind: "Pod\n---\nkind: Secret"', "not YAML"),
        ("kind: Pod\nspec: " + "{a: " * 200, "nested deeper than 100 levels"),
        ("kind: Pod\nspec: " + "[" * 20_000, "nested deeper than 100 levels"),
        ("kind: List\nitems: [" * 1 + "{kind: List, items: [" * 100, "nested deeper than"),
        ("x" * (MAX_BYTES + 1), "larger than 1048576 bytes"),
        ("é" * (MAX_BYTES // 2 + 1), "larger than 1048576 bytes"),
        ("---\nkind: Pod\n" * (MAX_OBJECTS + 1), "line 1002, column 1: more than"),
        ("kind: List\nitems: [" + "{kind: Pod}," * (MAX_OBJECTS + 1) + "]", "more than 500"),
    ],
    ids=lambda value: ascii(value)[:90],
)
def test_what_is_refused(text: str, told: str) -> None:
    """The message names place and rule, says what to do instead, and quotes nothing."""
    error = refusal(text)
    assert told in error.message
    assert SECRET not in str(error)
    assert error.hint or "larger" in told


def test_as_many_objects_as_allowed() -> None:
    """The limit itself is allowed."""
    assert len(YamlManifest().read("---\nkind: Pod\n" * MAX_OBJECTS)) == MAX_OBJECTS


def test_only_identity_is_kept() -> None:
    """Nothing that can be reached from the answer is any other part of the manifest."""
    text = f"{POD}spec: {{password: {SECRET}}}\nstringData:\n  a: |\n    {SECRET}\n"
    assert set(texts_kept_by(YamlManifest().read(text))) == {"Pod", "a", "web", "v1"}


def test_an_error_keeps_nothing_of_the_manifest() -> None:
    """Neither message nor causes nor the frames below the caller's hold the content."""
    error = refusal(f"{POD}data: {{a: {SECRET}}}\nkind: b")
    kept = [t for t in texts_kept_by_error(error, "kubeport/adapters/yaml") if SECRET in t]
    assert (kept, error.__context__, error.__cause__) == ([], None, None)


def test_a_large_manifest_is_read_in_time() -> None:
    """A manifest of the full size takes a few seconds of CPU at most, whatever the parser."""
    one = "kind: ConfigMap\nmetadata: {name: a}\ndata:\n" + "".join(
        f"  key-{number}: value {number}\n" for number in range(500)
    )
    text = "---\n".join([one] * (MAX_BYTES // (len(one) + 4)))
    start = time.process_time()
    found = YamlManifest().read(text)
    assert len(found) == MAX_BYTES // (len(one) + 4)
    assert time.process_time() - start < 30


def answer(text: str) -> tuple[ManifestObject, ...] | CommandError:
    """What reading *text* comes to."""
    try:
        return YamlManifest().read(text)
    except CommandError as error:
        return error


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is handed over, the answer is objects or our own error."""
    assert isinstance(answer(text), tuple | CommandError)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just("List"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["kind", "name", "items", "metadata", "Kind", "x"]), inner),
    max_leaves=15,
)


@settings(deadline=None)
@given(st.lists(_VALUES, max_size=3))
def test_any_documents_are_read_or_refused(documents: list[object]) -> None:
    """The same for texts that are YAML with the keys of a manifest and any values."""
    found = answer(yaml.safe_dump_all(documents))
    assert isinstance(found, CommandError) or all(one.kind for one in found)


_WORDS = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=12)
_OBJECTS = st.lists(st.tuples(_WORDS, _WORDS, _WORDS), min_size=1, max_size=5)


@settings(deadline=None)
@given(_OBJECTS, st.sampled_from(["documents", "list", "json"]))
def test_written_objects_come_back(parts: list[tuple[str, str, str]], form: str) -> None:
    """Identities survive being written as documents, as a List, and as JSON."""
    objects = [
        {"data": [n], "metadata": {"name": n, "namespace": s}, "kind": k} for k, n, s in parts
    ]
    texts = {
        "documents": yaml.safe_dump_all(objects, default_style='"'),
        "list": yaml.safe_dump({"items": objects, "kind": "List"}, default_style='"'),
        "json": json.dumps({"items": objects, "kind": "List"}),
    }
    assert answer(texts[form]) == tuple(ManifestObject(k, n, s) for k, n, s in parts)
