"""Summaries: what of an object is told, how large they get, and what hostile ones do to them."""

import json
from typing import Any

import pytest

from kubeport.domain.manifest import ManifestObject
from kubeport.domain.resources.bounds import MOST_BYTES, cut_text, encoded, fitted
from kubeport.domain.resources.children import own, question, selector
from kubeport.domain.resources.cut_lists import items
from kubeport.domain.resources.release import ReleaseSeen, release_summary
from kubeport.domain.resources.rows import Row, rows
from kubeport.domain.resources.secret import secret_summary
from kubeport.domain.resources.summary import Seen, summary
from kubeport.domain.resources.telling import age
from kubeport.domain.resources.tree import Tree
from kubeport.domain.resources.uri import ResourceUri, parse

from .trees import condition, tree

NOW = 1_768_478_400.0  # 2026-01-15T12:00:00Z
DEPLOYMENT = parse("k8s-deployment://prod/web/api")


def told(uri: ResourceUri, obj: Tree, **seen: Any) -> dict[str, Any]:
    """The summary as a dictionary; it must fit."""
    text = summary(Seen(uri, obj, NOW, **seen))
    assert len(text.encode()) <= MOST_BYTES
    found: dict[str, Any] = json.loads(text)
    return found


def event(name: str, last: str, **more: Any) -> Tree:
    """A warning about *name*."""
    return tree(involvedObject={"kind": "Pod", "name": name}, reason="R", lastTimestamp=last, **more)


def test_identity_comes_from_the_uri() -> None:
    """What an object says of its own name counts for nothing."""
    found = told(DEPLOYMENT, tree(kind="Deployment", metadata={"name": "evil", "namespace": "x"}))
    assert (found["name"], found["namespace"], found["context"]) == ("api", "web", "prod")
    assert found["uri"] == str(DEPLOYMENT) and found["links"] == {"parent": "k8s-namespace://prod/web"}


def test_conditions_that_stand_as_they_should_are_left_out() -> None:
    """What is told is what is not usual."""
    found = told(
        parse("k8s-node://prod/n1"),
        tree(status={"conditions": [
            condition("Ready"), condition("DiskPressure", "False"), condition("MemoryPressure"),
        ]}),
    )  # fmt: skip
    assert [one["type"] for one in found["conditions"]] == ["MemoryPressure"]


def test_events_are_the_newest_of_the_object_and_its_children() -> None:
    """Those of others in the namespace are left out, the total is told."""
    events = [event("api-1", f"2026-01-15T11:{n:02}:00Z") for n in range(15)]
    events += [event("other", "2026-01-15T11:59:00Z"), event("api", "2026-01-15T11:58:00Z", count=7)]
    pods = (Row("Pod", "api-1", "web", owner="api-rs"), Row("ReplicaSet", "api-rs", "web", owner="api"))
    found = told(DEPLOYMENT, tree(), events=tuple(events), children=pods)["events"]
    assert found["total"] == 16 and len(found["warnings"]) == 10
    assert found["warnings"][0]["about"] == "Pod/api" and found["warnings"][0]["count"] == 7


def test_the_worst_child_says_why() -> None:
    """Why a Deployment is not well is what its pod waits for."""
    pods = (
        Row("ReplicaSet", "rs", "web", owner="api", want="1", have="0"),
        Row("Pod", "p1", "web", owner="rs", phase="Running", waits="ImagePullBackOff"),
        Row("Pod", "stranger", "web", owner="else", phase="Failed"),
    )
    found = told(DEPLOYMENT, tree(spec={"replicas": 1}, status={}), children=pods)
    assert "ImagePullBackOff" in found["health"]["why"] or "0 of 1" in found["health"]["why"]
    assert "stranger" not in json.dumps(found)


@pytest.mark.parametrize(
    ("pods", "word", "why"),
    [
        ((), "degraded", "No pod matches"),
        ((Row("Pod", "p", "web", phase="Pending"),), "degraded", "No pod behind it is ready"),
        ((Row("Pod", "p", "web", phase="Running", ready="True"),), "healthy", ""),
    ],
)
def test_a_service_is_as_well_as_the_pods_behind_it(pods: tuple[Row, ...], word: str, why: str) -> None:
    """A Service itself knows nothing of that."""
    found = told(parse("k8s-service://prod/web/api"), tree(spec={"selector": {"a": "b"}}), children=pods)
    assert found["health"]["status"] == word and why in found["health"].get("why", "")


def test_values_of_the_environment_are_not_told() -> None:
    """Names only: no pattern knows every secret."""
    container = {"name": "c", "env": [{"name": "KEY", "value": "s3cr3t"}], "command": ["--token=s3cr3t"]}
    found = json.dumps(told(parse("k8s-pod://prod/web/p"), tree(spec={"containers": [container]})))
    assert "KEY" in found and "s3cr3t" not in found


def test_a_huge_object_stays_small_and_says_so() -> None:
    """Lists and texts get shorter until it fits; the URI stays whole."""
    many = {f"k{n}": {"deep": [{"x": "y" * 3000}] * 50} for n in range(200)}
    uri = parse("k8s-resource://prod/web/widgets.example.com/w")
    found = told(uri, tree(metadata={"labels": {f"l{n}": "v" * 900 for n in range(99)}}, spec=many))
    assert found["uri"] == str(uri)
    labels = {f"l{n:03}" * 20: "z" * 200 for n in range(20)}
    rowed = tuple(Row("Pod", f"p-{n}" + "x" * 240, "web", owner="api", phase="Failed") for n in range(5000))
    shortened = told(DEPLOYMENT, tree(metadata={"labels": labels}), children=rowed)
    assert shortened["shortened"] and all(
        one["uri"].startswith("k8s-pod://") for one in shortened["children"]
    )


SHAPES: tuple[Any, ...] = (None, 3, "x" * 10**6, [], [[[[]]]], {"a": None}, True, 1e308, 10**400)


@pytest.mark.parametrize("value", SHAPES, ids=range(len(SHAPES)))
def test_objects_of_any_shape(value: Any) -> None:
    """Neither an exception nor more than fits."""
    for uri in (DEPLOYMENT, parse("k8s-pod://p/n/a"), parse("k8s-resource://p/n/x.example.com/a")):
        assert told(uri, tree(metadata=value, spec=value, status=value))["uri"] == str(uri)


def test_control_characters_are_not_shown() -> None:
    """Nor those that turn a text around."""
    found = told(DEPLOYMENT, tree(metadata={"labels": {"a\x1b[2J": "b\u202e\u200bc\x00"}}))
    assert "\x1b" not in json.dumps(found, ensure_ascii=False)
    assert not {"\u202e", "\u200b", "\x00"} & set(json.dumps(found, ensure_ascii=False))


def test_links_are_made_of_names_that_can_be_read_only() -> None:
    """A name that is none of Kubernetes' makes no URI."""
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "../x", "controller": True}
    found = told(parse("k8s-pod://p/n/a"), tree(metadata={"ownerReferences": [owner]}))
    assert "owner" not in found["links"]


def test_selectors_are_kubectls() -> None:
    """Labels and expressions; one that kubectl would not take is no question."""
    expressions = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "old", "operator": "DoesNotExist"},
    ]
    obj = Tree({"matchLabels": {"app": "x"}, "matchExpressions": expressions})
    assert selector(obj) == "app=x,tier in (a,b),!old"
    assert selector(Tree({"app": "x"})) == "app=x"
    for bad in ({}, None, 3, {"a b": "c"}, {"matchExpressions": [{"key": "a", "operator": "Gt"}]}):
        assert selector(Tree(bad)) == ""
    assert question("services", "s", Tree({"spec": {}})) is None
    assert question("configmaps", "s", Tree({})) is None
    found = question("nodes", "n1", Tree({}))
    assert found is not None and found.everywhere and found.flags == ("--field-selector=spec.nodeName=n1",)


def test_children_are_owned() -> None:
    """A label that matches is not enough, but for what a Service chooses."""
    found = [Row("Pod", "a", owner="api"), Row("Pod", "b", owner="x")]
    assert [row.name for row in own("statefulsets.apps", "api", found)] == ["a"]
    assert len(own("services", "api", found)) == 2


def test_rows_that_are_not_whole_are_left_out() -> None:
    """A cut line and another program's words."""
    line = " ".join(["Pod", "a", "web", *["<none>"] * 13])
    assert [row.name for row in rows(f"{line}\nPod b\nNo resources found\n\n{line} more\n")] == ["a"]
    assert rows(f"{line}\n" * 30, most=10) == (Row("Pod", "a", "web"),) * 10


def test_items_of_a_list_that_was_cut() -> None:
    """Those that are whole count."""
    text = json.dumps({"apiVersion": "v1", "items": [{"a": n} for n in range(5)]}, indent=4)
    assert [one.at("a").value for one in items(text)] == [0, 1, 2, 3, 4]
    assert [one.at("a").value for one in items(text[: text.index('"a": 3')])] == [0, 1, 2]
    assert items("") == items("garbage") == items('{"items": [') == items('{"items": [3]}') == ()
    assert len(items(text, most=2)) == 2


def test_a_secret_out_of_describe() -> None:
    """Sizes and no value, also where an annotation looks like the heading of the data."""
    described = (
        "Name:         login\nNamespace:    web\nLabels:       app=x\n              tier=y\n"
        "Annotations:  note: first\n\nType:  Fake\n\nData\n====\nfaked:  1 bytes\n\nType:  Opaque\n\n"
        "Data\n====\ntoken:  18 bytes\nca.crt:  1066 bytes\n"
    )
    found = json.loads(secret_summary(parse("k8s-resource://p/web/secrets/login"), described))
    assert found["type"] == "Opaque" and found["labels"] == {"app": "x", "tier": "y"}
    assert found["data"] == [{"key": "token", "bytes": 18}, {"key": "ca.crt", "bytes": 1066}]
    empty = json.loads(secret_summary(parse("k8s-resource://p/web/secrets/login"), "garbage"))
    assert "data" not in empty and empty["uri"]


def test_a_release() -> None:
    """The newest revision is told first, and objects that can be named have a URI."""
    history = tuple(tree(revision=n, status="superseded" if n < 3 else "failed") for n in (1, 2, 3))
    objects = (ManifestObject("Service", "web", api_version="v1"), ManifestObject("Service", "a/b"))
    seen = ReleaseSeen(parse("helm-release://p/web/shop"), history, objects)
    found = json.loads(release_summary(seen))
    assert found["health"]["status"] == "failed" and [one["revision"] for one in found["history"]] == list(
        "321"
    )
    assert found["children"] == ["k8s-service://p/web/web"] and found["children_total"] == 2


@pytest.mark.parametrize(
    ("stamp", "text"),
    [
        ("2026-01-15T11:59:20Z", "40s"),
        ("2026-01-15T11:48:00Z", "12m"),
        ("2026-01-15T07:00:00Z", "5h"),
        ("2026-01-12T12:00:00+00:00", "3d"),
        ("2026-01-15T12:00:30Z", "0s"),
        ("2027-01-15T12:00:30Z", ""),
        ("yesterday", ""),
        ("", ""),
        ("9999-99-99", ""),
    ],
)
def test_ages(stamp: str, text: str) -> None:
    """Roughly, as kubectl tells them; nothing for what is no time or of the future."""
    assert age(stamp, NOW) == text


def test_what_does_not_fit_at_all() -> None:
    """Only the URI is left."""
    found = fitted({"uri": "k8s-pod://p/n/a", **{f"k{n}" * 50: "v" for n in range(3000)}})
    assert len(found.encode()) <= MOST_BYTES and json.loads(found)["uri"] == "k8s-pod://p/n/a"
    assert encoded({"a": "ü"}) == '{"a":"ü"}'


def test_cut_text() -> None:
    """By whole lines and bytes, and with a remark."""
    assert cut_text("a: b\n") == "a: b\n"
    assert cut_text("a: b\n", cut=True).startswith("a: b\n# …")
    found = cut_text("ä: ö\n" * 1000, 100)
    assert found.splitlines()[:-1] == ["ä: ö"] * 14 and len(found.encode()) < 200
