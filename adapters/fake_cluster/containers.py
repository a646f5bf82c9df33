"""``kubectl set image`` and ``set env``: changes to the containers of a workload."""

from .answer import Answer, Trouble
from .change import chosen, edit, split_changes
from .data import Obj, dig, items, name_of
from .kinds import Kind
from .world import Call


def set_image(call: Call) -> Answer:
    """``kubectl set image``."""
    objects, changes = split_changes(call.operands)
    if not changes:
        raise Trouble("error: at least one image update is required")

    def edit_one(obj: Obj) -> str:
        for change in changes:
            name, _, image = change.partition("=")
            for container in _containers(obj, name):
                container["image"] = image
        return "image updated"

    return edit(call, edit_one, objects)


def _containers(obj: Obj, name: str = "*") -> list[Obj]:
    spec = obj["spec"] if obj["kind"] == "Pod" else dig(obj, "spec", "template", "spec", default={})
    every = items(spec, "containers") + items(spec, "initContainers")
    found = [container for container in every if name in ("*", container["name"])]
    if not found:
        raise Trouble(f'error: unable to find container named "{name}"')
    return found


def set_env(call: Call) -> Answer:
    """``kubectl set env``: set, remove or list plain variables."""
    objects, changes = split_changes(call.operands)
    name = call.value("containers", "*")
    if call.true("list"):
        pairs = chosen(call, objects).pairs
        return Answer(
            "".join(_listed_env(kind, obj, c) for kind, obj in pairs for c in _containers(obj, name))
        )
    if not changes:
        raise Trouble("error: at least one environment variable must be provided")

    def edit_one(obj: Obj) -> str:
        for container in _containers(obj, name):
            _change_env(container, changes)
        return "env updated"

    return edit(call, edit_one, objects)


def _listed_env(kind: Kind, obj: Obj, container: Obj) -> str:
    lines = [f"# {kind.kind} {name_of(obj)}, container {container['name']}\n"]
    for variable in items(container, "env"):
        source = dig(variable, "valueFrom", default={})
        reference = next((value for key, value in source.items() if key.endswith("KeyRef")), None)
        lines.append(
            f"# {variable['name']} from {reference['name']}, key {reference['key']}\n"
            if reference
            else f"{variable['name']}={variable.get('value', '')}\n"
        )
    return "".join(lines)


def _change_env(container: Obj, changes: tuple[str, ...]) -> None:
    variables = {str(variable["name"]): variable for variable in items(container, "env")}
    for change in changes:
        key, equals, value = change.partition("=")
        if equals:
            variables[key] = {"name": key, "value": value}
        else:
            variables.pop(key[:-1], None)
    container["env"] = list(variables.values())
