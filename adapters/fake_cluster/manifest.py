"""``apply``, ``create -f``, ``replace`` and ``delete``: objects that come and go."""

from collections.abc import Callable

from .admission import Malformed
from .answer import Answer, Trouble, not_found
from .change import keep, told
from .controllers import Controllers
from .data import Obj, clone, name_of, namespace_of
from .kinds import Kind
from .patch import applied
from .resources import Selection, known, select
from .world import Call
from .yaml_text import manifests

Put = Callable[[Call, Kind, Obj], str]


def apply(call: Call) -> Answer:
    """``kubectl apply -f -``."""
    return each(call, _apply_one)


def create_all(call: Call) -> Answer:
    """``kubectl create -f -``."""
    return each(call, create_one)


def replace(call: Call) -> Answer:
    """``kubectl replace -f -``."""
    return each(call, _replace_one)


def each(call: Call, put: Put) -> Answer:
    """Do *put* with each object of the manifest, going on after an error."""
    if call.value("filename") != "-":
        raise Trouble(
            "error: must specify one of -f and -k; this cluster reads no files, hand "
            "the manifest over with -f -"
        )
    text, errors = "", ""
    for given in manifests(call.stdin, call.path):
        try:
            kind = known(call, given)
            text += put(call, kind, placed(call, kind, given))
        except Trouble as trouble:
            errors += trouble.stderr + "\n"
        except Malformed as error:
            errors += f'Error from server (BadRequest): error when reading "STDIN": {error}\n'
    return Answer(text, errors, 1 if errors else 0)


def placed(call: Call, kind: Kind, given: Obj) -> Obj:
    """A copy of *given* in its namespace, which must exist.

    Raises:
        Trouble: the namespace does not exist, or is not the one that the call is about.
    """
    obj = clone(given)
    if not kind.namespaced:
        return obj
    space = namespace_of(obj) or call.namespace
    if call.value("namespace") not in ("", space):
        raise Trouble(
            f'error: the namespace from the provided object "{space}" does not match the namespace '
            f"\"{call.value('namespace')}\". You must pass '--namespace={space}' to perform this operation."
        )
    if space not in [name_of(namespace) for namespace in call.store.named("namespaces")]:
        raise Trouble(
            f'Error from server (NotFound): error when creating "STDIN": namespaces "{space}" not found'
        )
    obj["metadata"]["namespace"] = space
    return obj


def _apply_one(call: Call, kind: Kind, given: Obj) -> str:
    old = call.store.find(kind, namespace_of(given), name_of(given))
    new = applied(old, given)
    if old is None:
        return told(call, kind, _add(call, new), _applied_word(call, "created"))
    if new != old:
        keep(call, new)
    return told(call, kind, new, _applied_word(call, "unchanged" if new == old else "configured"))


def _applied_word(call: Call, word: str) -> str:
    return "serverside-applied" if call.true("server-side") else word


def create_one(call: Call, kind: Kind, given: Obj) -> str:
    """Add *given*; the line that tells of it.

    Raises:
        Trouble: it exists already.
    """
    if call.store.find(kind, namespace_of(given), name_of(given)) is not None:
        raise Trouble(
            'Error from server (AlreadyExists): error when creating "STDIN": '
            f'{kind.resource} "{name_of(given)}" already exists'
        )
    return told(call, kind, _add(call, given), "created")


def _add(call: Call, obj: Obj) -> Obj:
    if call.dry_run:
        return obj
    added = call.store.add(obj, call.namespace)
    Controllers(call.store, call.now).settle(added)
    return added


def _replace_one(call: Call, kind: Kind, given: Obj) -> str:
    old = call.store.find(kind, namespace_of(given), name_of(given))
    if old is None:
        error = not_found(kind.resource, name_of(given)).stderr
        raise Trouble(error.replace("(NotFound): ", '(NotFound): error when replacing "STDIN": '))
    for key in ("creationTimestamp", "uid"):
        given["metadata"][key] = old["metadata"][key]
    if "status" in old:
        given["status"] = clone(old["status"])
    keep(call, given)
    return told(call, kind, given, "replaced")


def delete(call: Call) -> Answer:
    """``kubectl delete``."""
    if call.value("cascade", "background") not in ("background", "foreground", "true"):
        raise Trouble("error: the in-memory cluster cannot delete an object and keep what it owns")
    selection = select(call)
    if selection.listed and not (call.true("all") or call.value("selector") or call.value("field-selector")):
        raise Trouble("error: resource(s) were provided, but no name was specified")
    if selection.listed and not selection.pairs:
        return Answer("No resources found\n")
    text = "".join(_deleted(call, kind, obj) for kind, obj in selection.pairs)
    errors = "" if call.true("ignore-not-found") else selection.stderr
    return Answer(text, _forced(call, selection) + errors, 1 if errors else 0)


def _deleted(call: Call, kind: Kind, obj: Obj) -> str:
    if not call.dry_run:
        Controllers(call.store, call.now).remove(obj)
    if call.value("output") == "name":
        return f"{kind.noun}/{name_of(obj)}\n"
    where = f" from {namespace_of(obj)} namespace" if kind.namespaced else ""
    word = "force deleted" if call.true("force") else "deleted"
    return f'{kind.noun} "{name_of(obj)}" {word}{where}{call.dry_run}\n'


def _forced(call: Call, selection: Selection) -> str:
    if not (call.true("force") and selection.pairs):
        return ""
    return (
        "Warning: Immediate deletion does not wait for confirmation that the running "
        "resource has been terminated. "
        "The resource may continue to run on the cluster indefinitely.\n"
    )
