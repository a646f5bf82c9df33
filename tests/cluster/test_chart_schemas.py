"""The Helm chart: what it renders for a version of Kubernetes is valid by the schemas of that version."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.cluster.chart import CALLERS, EVERYTHING, KUBECONFIG, objects, rendered

VERSIONS = ("1.25.0", "1.30.0", "1.37.0")
DISK: dict[str, Any] = {**EVERYTHING, "auditVolume": {"emptyDir": {"sizeLimit": "1Gi"}}, "inCluster": True}
VALUES = {"kubeconfig": KUBECONFIG, "everything": EVERYTHING, "callers": CALLERS, "disk": DISK}
OTHERS = {"ServiceMonitor"}  # of an operator: the API server judges it, in test_chart


@cache
def _definitions(file: Path) -> dict[str, Any]:
    """Every definition of *file*; what they refer to one another by is made to stay within it."""
    text = file.read_text().replace('"/api/_definitions.json#/', '"#/')
    return dict(json.loads(text)["$defs"])


def _faults(one: dict[str, Any], file: Path) -> list[str]:
    """What the schema of its kind has against *one*; a kind that it does not know is a fault."""
    group, _, version = one["apiVersion"].rpartition("/")
    kind = {"group": group, "version": version, "kind": one["kind"]}
    known = _definitions(file)
    names = [name for name, made in known.items() if kind in made.get("x-kubernetes-group-version-kind", ())]
    if not names:
        return [f"{one['apiVersion']} {one['kind']} is not known"]
    validator: Any = Draft202012Validator({"$ref": f"#/$defs/{names[0]}", "$defs": known})
    return [f"{one['kind']}: {fault.json_path}: {fault.message}" for fault in validator.iter_errors(one)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_every_object_is_valid(helm4: str, schemas: Path, values: dict[str, Any], version: str) -> None:
    """By the strict schema, which knows no field that Kubernetes does not."""
    text = rendered(helm4, values, "--kube-version", version)
    made = [one for one in objects(text) if one["kind"] not in OTHERS]
    assert [fault for one in made for fault in _faults(one, schemas / f"{version}.json")] == []
    kinds = {(one["apiVersion"], one["kind"]) for one in made}
    if values is EVERYTHING:
        assert {("policy/v1", "PodDisruptionBudget"), ("autoscaling/v2", "HorizontalPodAutoscaler")} <= kinds


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"apiVersion": "policy/v1beta1"}, "is not known"),
        ({"spec": {"minAvailable": [1]}}, "$.spec.minAvailable"),
        ({"spec": {"minimum": 1}}, "'minimum' was unexpected"),
    ],
)
def test_the_schemas_would_tell(schemas: Path, change: dict[str, Any], told: str) -> None:
    """A version that is gone, a wrong type and a mistyped field are faults."""
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "x"}}
    file = schemas / "1.37.0.json"
    assert _faults({**budget, "spec": {"minAvailable": 1}}, file) == []
    assert told in "".join(_faults({**budget, **change}, file))
