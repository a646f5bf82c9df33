"""What one kubeconfig says, and how several are merged; failures are told without any content."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.adapters.kubeconfig_contract import KubeconfigContract
from tests.adapters.kubeconfig_files import SECRET, failure, reader, written

from kubeport.adapters import yaml_events
from kubeport.adapters.kubeconfig import YamlKubeconfig, extract_contexts
from kubeport.adapters.loading_rules import kubeconfig_paths
from kubeport.adapters.yaml_events import YamlEvents
from kubeport.adapters.yaml_file import MAX_BYTES
from kubeport.application.ports import KubeconfigReader
from kubeport.domain.context import ContextRef, Kubeconfig
from kubeport.domain.errors import ExecutionFailed


@pytest.fixture(params=["libyaml", "python"])
def each_loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with libyaml and with the parser written in Python."""
    if request.param == "python":
        monkeypatch.setattr(yaml_events, "_LOADER", yaml.SafeLoader)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML was built without libyaml")


class TestYamlKubeconfig(KubeconfigContract):
    """The contract, with real files."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def reader(self, contexts: tuple[ContextRef, ...], current: str) -> KubeconfigReader:
        """A reader of a file with those contexts."""
        return YamlKubeconfig(str(written(self.folder / "config", contexts, current)), {})


PLACES: dict[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "list": ({"KUBECONFIG": "/a:/b", "HOME": "/h"}, ("/a", "/b")),
    "doubles": ({"KUBECONFIG": "/a::/b:/a:"}, ("/a", "/b")),
    "only-empty": ({"KUBECONFIG": ":", "HOME": "/h"}, ()),
    "home": ({"HOME": "/h"}, ("/h/.kube/config",)),
    "empty-variable": ({"KUBECONFIG": "", "HOME": "/h"}, ("/h/.kube/config",)),
    "no-home": ({}, (".kube/config",)),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_files_that_count(place: str) -> None:
    """KUBECONFIG, else the file at home."""
    environ, expected = PLACES[place]
    assert kubeconfig_paths(environ) == expected


class TestMerging:
    """Several files of KUBECONFIG become one."""

    A = (ContextRef("one"), ContextRef("two", "a"))
    B = (ContextRef("one", "b"), ContextRef("three", "b"))

    def test_the_first_file_wins_whole(self, tmp_path: Path) -> None:
        """A context of an earlier file is not completed from a later one."""
        config = reader(written(tmp_path / "a", self.A), written(tmp_path / "b", self.B)).read()
        assert config.contexts == (*self.A, ContextRef("three", "b"))

    def test_the_first_selection_wins(self, tmp_path: Path) -> None:
        """``current-context`` comes from the first file that sets one."""
        files = [
            written(tmp_path / "none", self.A),
            written(tmp_path / "first", (), "three"),
            written(tmp_path / "second", self.B, "one"),
        ]
        assert reader(*files).read().current == "three"

    def test_a_missing_file_of_a_list_is_passed_over(self, tmp_path: Path) -> None:
        """kubectl does not mind a file of KUBECONFIG that is not there."""
        there = written(tmp_path / "there", self.A, "two")
        assert reader(tmp_path / "missing", there).read() == Kubeconfig(self.A, "two")

    def test_a_broken_file_of_a_list_is_not(self, tmp_path: Path) -> None:
        """A file that is there and cannot be read is an error, wherever it stands in the list."""
        (tmp_path / "broken").write_text("contexts: x")
        with pytest.raises(ExecutionFailed, match="broken"):
            reader(written(tmp_path / "a", self.A), tmp_path / "broken").read()

    def test_nothing_there_is_empty(self, tmp_path: Path) -> None:
        """Without any file there are no contexts, and no error."""
        assert YamlKubeconfig(environ={"HOME": str(tmp_path)}).read() == Kubeconfig()

    def test_an_explicit_file_must_exist(self, tmp_path: Path) -> None:
        """A missing file that the operator named is an error, as for ``--kubeconfig``."""
        with pytest.raises(ExecutionFailed, match="does not exist") as caught:
            YamlKubeconfig(str(tmp_path / "gone"), {}).read()
        assert caught.value.reason == "kubeconfig"


@pytest.mark.usefixtures("each_loader")
class TestReading:
    """What one file says."""

    @pytest.mark.parametrize(
        "text",
        ["", " ", "# nothing", "---", "null", "{}", "contexts:", "contexts: []", "contexts: [null]",
         "users: [{user: {token: x}}]", "current-context: ~", "contexts: [{context: {x: z}}]"],
    )
    def test_an_empty_config(self, tmp_path: Path, text: str) -> None:
        """A file may say nothing about contexts."""
        (tmp_path / "config").write_text(text)
        assert reader(tmp_path / "config").read() == Kubeconfig()

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("\ufeffcurrent-context: a", Kubeconfig((), "a")),
            ("current-context: a\n---\ncurrent-context: b", Kubeconfig((), "a")),
            ("current-context: a\n---\n%broken: [", Kubeconfig((), "a")),
            ("current-context: a\ncurrent-context: b", Kubeconfig((), "b")),
            ('{"contexts":[{"name":"a","context":null}]}', Kubeconfig((ContextRef("a"),))),
            ("contexts: [{name: '1'}]", Kubeconfig((ContextRef("1"),))),
            ('contexts: [{name: "yes"}]', Kubeconfig((ContextRef("yes"),))),
            ("contexts: [{context: {namespace: b}, name: a}]", Kubeconfig((ContextRef("a", "b"),))),
            ("users: &u [x]\nother: *u\ncurrent-context: a", Kubeconfig((), "a")),
            ("? [a, {b: c}]\n: d\ncurrent-context: a", Kubeconfig((), "a")),
            ("current-context: !!str 1.5", Kubeconfig((), "1.5")),
            ("current-context: 2026-01-01", Kubeconfig((), "2026-01-01")),
            ("current-context: 1:30", Kubeconfig((), "1:30")),
            ("current-context: arn:aws:e:1:cluster/x", Kubeconfig((), "arn:aws:e:1:cluster/x")),
            ("Current-Context: a\nContexts: [{name: b}]", Kubeconfig()),
        ],
    )
    def test_what_a_file_says(self, tmp_path: Path, text: str, expected: Kubeconfig) -> None:
        """Order of keys, flow style, JSON, quotes and further documents do not confuse."""
        (tmp_path / "config").write_text(text, encoding="utf-8")
        assert reader(tmp_path / "config").read() == expected

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("- a", "line 1, column 1: expected a mapping"),
            (SECRET, "line 1, column 1: expected a mapping"),
            ("a: b\ncontexts: {}", "line 2, column 11: expected a list"),
            (f"contexts: [{SECRET}]", "line 1, column 12: expected a mapping"),
            ("contexts: [{name: 1}]", "column 19: expected a text"),
            ("contexts: [{name: [a]}]", "column 19: expected a text"),
            ("contexts: [{name: a, context: {namespace: yes}}]", "column 43: expected a text"),
            ("current-context: !!binary aGk=", "column 18: expected a text"),
            ("contexts: [{name: a}, {name: a}]", "column 23: a second context of the same name"),
            ("kind: Pod", "column 7: expected Config"),
            ("apiVersion: v2", "column 13: expected v1"),
            ("a: &x b\ncurrent-context: *x", "line 2, column 18: an alias"),
            ("a: &x [b]\ncontexts: *x", "line 2, column 11: an alias"),
            ("<<: {current-context: b}", "column 1: a merge key"),
            ('current-context: "a\\u0000b"', "column 18: expected a text without control"),
            ('current-context: "a\\u202eb"', "column 18: expected a text without control"),
            (f"a: '{SECRET}", "not YAML"),
            (f"a: !{SECRET}!x y", "not YAML"),
            (f"{SECRET}: b: c", "line 1, column"),
            ("a:\n\t- b", "line 2, column 1: not YAML"),
            (f"a: {SECRET}\n\x1b", "line 2, column 1: a control character"),
            ("[" * 5000, "expected a mapping"),
            ("a: " + "[" * 5000, "nested deeper than 100 levels"),
            (b"a: \xff\xfe", "is not UTF-8, at byte 3"),
            ("#" * (MAX_BYTES + 1), "is larger than 4194304 bytes"),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_a_broken_file(self, tmp_path: Path, text: str | bytes, place: str) -> None:
        """The error names file, line, column and rule, and quotes nothing."""
        path = tmp_path / "config"
        error = failure(path, text)
        assert place in error.message
        assert str(path) in error.message
        assert SECRET not in str(error)

    @settings(deadline=None)
    @given(st.text(max_size=200) | st.binary(max_size=200))
    def test_any_text_is_read_or_refused(self, text: str | bytes) -> None:
        """Whatever a file holds, the answer is contexts or our own error."""
        content = text if isinstance(text, str) else text.decode("latin-1")
        assert isinstance(outcome(content), Kubeconfig | yaml_events.Flaw)


def outcome(text: str) -> Kubeconfig | yaml_events.Flaw:
    """What reading *text* comes to."""
    try:
        return extract_contexts(YamlEvents(text))
    except yaml_events.Flaw as flaw:
        return flaw


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("a")
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["name", "context", "namespace", "contexts", "x"]), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["contexts", "current-context", "users", "kind"]), _TREES))
def test_any_tree_is_read_or_refused(tree: dict[str, object]) -> None:
    """The same for texts that are YAML and have the keys of a kubeconfig with any values."""
    assert isinstance(outcome(yaml.safe_dump(tree)), Kubeconfig | yaml_events.Flaw)


_NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)


@settings(deadline=None)
@given(st.lists(st.tuples(_NAMES, _NAMES), unique_by=lambda pair: pair[0]), st.booleans())
def test_written_contexts_come_back(pairs: list[tuple[str, str]], flow: bool) -> None:
    """Any printable name and namespace survive being quoted by a YAML library, in either style."""
    entries = [{"name": name, "context": {"namespace": space}} for name, space in pairs]
    text = yaml.safe_dump({"contexts": entries}, default_style='"', default_flow_style=flow)
    assert outcome(text) == Kubeconfig(tuple(ContextRef(*pair) for pair in pairs))
