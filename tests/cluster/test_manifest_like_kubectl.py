"""The objects that Kubeport finds in a manifest are those that the real kubectl would send."""

import json
from typing import Any

import pytest
from tests.cluster.conftest import Kubectl

from kubeport.adapters.manifest import YamlManifest
from kubeport.domain.errors import CommandError

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n"
OTHER = "apiVersion: v1\nkind: Secret\nmetadata: {name: b, namespace: default}\n"
AS_JSON = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "🚀"}}

ACCEPTED = {
    "one": MAP,
    "two documents": f"{MAP}---\n{OTHER}",
    "empty documents": f"---\n---\n# c\n---\n{MAP}---\nnull\n---\n",
    "comment behind the mark": f"--- # c\n{MAP}",
    "carriage returns": f"{MAP}---\n{OTHER}".replace("\n", "\r\n"),
    "end mark": f"{MAP}...\n",
    "json": json.dumps(AS_JSON),
    "json indented with tabs": json.dumps(AS_JSON, indent="\t"),
    "json, then yaml": json.dumps(AS_JSON) + f"\n---\n{OTHER}",
    "escapes in keys": MAP.replace("kind", '"k\\x69nd"'),
    "list": json.dumps({"apiVersion": "v1", "kind": "List", "items": [AS_JSON]}),
    "typed list": "apiVersion: v1\nkind: ConfigMapList\nitems: [{metadata: {name: a}}]\n",
    "kinds inside data": f"{MAP}data:\n  x: |\n    kind: Secret\n    ---\n    kind: Secret\n",
    "quoted mark inside": f'{MAP}data: {{x: "\n ---\n kind: Secret"}}\n',
    "no namespace": MAP.replace(", namespace: default", ""),
}

DIFFERENT = {
    "a key twice": f"{MAP}kind: Secret\n",
    "other case": f"{MAP}Kind: Secret\n",
    "merge key": f"{MAP}<<: {{kind: Secret}}\n",
    "alias": f"x: &s Secret\n{MAP.replace('ConfigMap', '*s')}",
    "tagged key": f"{MAP}!!binary a2luZA==: Secret\n",
    "items in an object": f"{MAP}items: [{json.dumps(AS_JSON)}]\n",
    "another line break": f"{MAP}\u2028---\u2028{OTHER}",
    "two objects in json": json.dumps(AS_JSON) * 2,
    "text behind the mark": f"--- {json.dumps(AS_JSON)}\n---\n{OTHER}",
}


def sent(admin: Kubectl, text: str) -> list[tuple[str, str]] | None:
    """Kind and name of each object that kubectl would send; None where it refuses."""
    done = admin("apply", "--dry-run=client", "--output=json", "-f", "-", stdin=text)
    if done.returncode != 0:
        return None
    answer: dict[str, Any] = json.loads(done.stdout)
    objects: list[dict[str, Any]] = answer["items"] if answer["kind"] == "List" else [answer]
    return [(one["kind"], one["metadata"]["name"]) for one in objects]


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_read_is_what_is_sent(name: str, admin: Kubectl) -> None:
    """Kinds and names, in order."""
    found = [(one.kind, one.name) for one in YamlManifest().read(ACCEPTED[name])]
    assert found == sent(admin, ACCEPTED[name])


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_could_be_read_otherwise_is_refused(name: str, admin: Kubectl) -> None:
    """Whatever kubectl makes of such a text, it never gets it; a plain one still passes it."""
    with pytest.raises(CommandError, match="cannot be used"):
        YamlManifest().read(DIFFERENT[name])
    assert sent(admin, MAP) == [("ConfigMap", "a")]
