"""What a pod, or the template of a workload's pods, is made of."""

from typing import Any

from .tree import Tree

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def containers(spec: Tree, status: Tree = Tree()) -> list[dict[str, Any]]:
    """The containers of a pod spec with the state that *status* tells, init containers first."""
    return [
        *_some(spec.at("initContainers"), status.at("initContainerStatuses"), init=True),
        *_some(spec.at("containers"), status.at("containerStatuses"), init=False),
    ]


def references(spec: Tree) -> list[tuple[str, str]]:
    """Kind and name of what a pod spec takes its configuration and volumes from."""
    found = list[tuple[str, str]]()
    for volume in spec.at("volumes").items(50):
        found += _named(volume, ("configMap", "name", "configmaps"), ("secret", "secretName", "secrets"))
        found += _named(volume, ("persistentVolumeClaim", "claimName", "persistentvolumeclaims"))
    for container in (*spec.at("initContainers").items(), *spec.at("containers").items()):
        for source in container.at("envFrom").items():
            found += _named(source, ("configMapRef", "name", "configmaps"), ("secretRef", "name", "secrets"))
        for variable in container.at("env").items(100):
            sources = ("configMapKeyRef", "name", "configmaps"), ("secretKeyRef", "name", "secrets")
            found += _named(variable.at("valueFrom"), *sources)
    return list(dict.fromkeys(found))


def _named(holder: Tree, *fields: tuple[str, str, str]) -> list[tuple[str, str]]:
    found = ((kind, holder.at(field, key).text(253)) for field, key, kind in fields)
    return [(kind, name) for kind, name in found if name]


def _some(specs: Tree, states: Tree, *, init: bool) -> list[dict[str, Any]]:
    by_name = {state.at("name").text(): state for state in states.items(50)}
    found = (_container(one, by_name.get(one.at("name").text(), Tree())) for one in specs.items())
    return [{**one, "init": True} if init else one for one in found]


def _container(spec: Tree, state: Tree) -> dict[str, Any]:
    fields = {
        "name": spec.at("name").text(63),
        "image": spec.at("image").text(),
        "ports": [_port(port) for port in spec.at("ports").items()],
        "requests": spec.at("resources", "requests").labels(),
        "limits": spec.at("resources", "limits").labels(),
        # names only: a value may be a secret that no pattern knows
        "env": [one.at("name").text(100) for one in spec.at("env").items(40)],
        "env_from": [f"{kind}/{name}" for kind, name in references(Tree({"containers": [
            {"envFrom": spec.at("envFrom").value}]}))],
        "probes": [probe.removesuffix("Probe") for probe in _PROBES if spec.at(probe)],
        **_state(state),
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value not in ("", [], {})}


def _port(port: Tree) -> str:
    number, protocol = port.at("containerPort").text(10), port.at("protocol").text(10)
    return number if protocol in ("", "TCP") else f"{number}/{protocol}"


def _state(state: Tree) -> dict[str, Any]:
    """How a container is now, and how it ended before."""
    if not state:
        return {}
    now, detail = next(iter(state.at("state").pairs(1)), ("", Tree()))
    told = ": ".join(filter(None, (now, detail.at("reason").text(80), detail.at("message").text())))
    last = state.at("lastState", "terminated")
    return {
        "ready": state.at("ready").value is True,
        "restarts": state.at("restartCount").count(),
        "state": told,
        "last_end": _ended(last) if last else "",
    }


def _ended(last: Tree) -> str:
    said = ", ".join(filter(None, (last.at("reason").text(80), last.at("message").text())))
    return f"exit code {last.at('exitCode').text(10)} at {last.at('finishedAt').text(40)}" + (
        f": {said}" if said else ""
    )
