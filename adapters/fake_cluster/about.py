"""What kubectl tells about the cluster, the caller and the configuration."""

from .answer import Answer, Trouble, beyond
from .data import Obj
from .output import value_printed
from .tabs import table
from .world import Call

CLIENT, KUSTOMIZE, SERVER = "v1.37.1", "v5.8.1", "v1.37.1"


def address(name: str) -> str:
    """Where the API server of the context *name* would be; the name can never be resolved."""
    return f"https://{name}.invalid:6443"


def version(call: Call) -> Answer:
    """``kubectl version``."""
    client: Obj = {"clientVersion": {"gitVersion": CLIENT}, "kustomizeVersion": KUSTOMIZE}
    whole = client if call.true("client") else {**client, "serverVersion": {"gitVersion": SERVER}}
    if call.value("output"):
        return Answer(value_printed(whole, call.value("output")))
    server = "" if call.true("client") else f"Server Version: {SERVER}\n"
    return Answer(f"Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}\n{server}")


def cluster_info(call: Call) -> Answer:
    """``kubectl cluster-info``."""
    where = address(call.world.context.name)
    return Answer(
        f"Kubernetes control plane is running at {where}\n\n"
        "To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n"
    )


def api_versions(call: Call) -> Answer:
    """``kubectl api-versions``."""
    return Answer("".join(f"{name}\n" for name in sorted({kind.api_version for kind in call.store.kinds})))


_VERBS = frozenset({"", "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"})
"""What every kind of this cluster can do."""


def api_resources(call: Call) -> Answer:
    """``kubectl api-resources``: the kinds that this server knows."""
    kinds = sorted(call.store.kinds, key=lambda kind: (kind.group, kind.plural))
    if "api-group" in call.flags:
        kinds = [kind for kind in kinds if kind.group == call.value("api-group")]
    if "namespaced" in call.flags:
        kinds = [kind for kind in kinds if kind.namespaced is call.true("namespaced")]
    if not set(call.value("verbs").split(",")) <= _VERBS:
        kinds = []
    if call.value("output") == "name":
        return Answer("".join(f"{kind.resource}\n" for kind in kinds))
    if call.value("output"):
        raise beyond(f"print api-resources as {call.value('output')}")
    rows = [] if call.true("no-headers") else [["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]]
    for kind in kinds:
        rows.append(
            [
                kind.plural,
                ",".join(kind.short),
                kind.api_version,
                str(kind.namespaced).lower(),
                kind.kind,
            ]
        )
    return Answer(table(rows))


def explain(call: Call) -> Answer:
    """``kubectl explain``: which kind a word means; the schema is not part of this cluster."""
    if not call.operands:
        raise Trouble("error: You must specify the type of resource to explain.")
    word, dot, _ = call.operands[0].partition(".")
    kind = call.store.kind(word)
    if kind is None:
        raise Trouble(f'the server doesn\'t have a resource type "{word}"')
    if dot:
        raise beyond(f"explain the fields of {kind.kind}: it has no schema")
    group = f"GROUP:      {kind.group}\n" if kind.group else ""
    return Answer(
        f"{group}KIND:       {kind.kind}\nVERSION:    {kind.version}\n\nDESCRIPTION:\n"
        "    The in-memory cluster knows this kind, and not the documentation of its fields.\n"
    )


def can_i(call: Call) -> Answer:
    """``kubectl auth can-i``: everything is allowed."""
    if call.true("list"):
        rows = [
            ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"],
            ["*.*", "[]", "[]", "[*]"],
            ["", "[*]", "[]", "[*]"],
        ]
        return Answer("" if call.true("quiet") else table(rows))
    if len(call.operands) not in (2, 3):
        raise Trouble("error: you must specify two arguments: verb resource or verb resource/resourceName.")
    return Answer("" if call.true("quiet") else "yes\n")


def who_am_i(call: Call) -> Answer:
    """``kubectl auth whoami``: whoever is impersonated, else an admin named as the context."""
    own = call.value("as")
    groups = [*(call.flags.get("as-group", ()) if own else ["system:masters"]), "system:authenticated"]
    user = {"username": own or call.world.context.name, "groups": groups}
    if call.value("output"):
        review = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "SelfSubjectReview",
            "status": {"userInfo": user},
        }
        return Answer(value_printed(review, call.value("output")))
    rows = [
        ["ATTRIBUTE", "VALUE"],
        ["Username", str(user["username"])],
        ["Groups", f"[{' '.join(groups)}]"],
    ]
    return Answer(table(rows))


def get_contexts(call: Call) -> Answer:
    """``kubectl config get-contexts``."""
    config = call.world.kubeconfig
    wanted = [ref for ref in config.contexts if not call.operands or ref.name in call.operands]
    if missing := [name for name in call.operands if config.find(name) is None]:
        raise Trouble(f"error: context {missing[0]} not found")
    if call.value("output") == "name":
        return Answer("".join(f"{ref.name}\n" for ref in wanted))
    rows = [] if call.true("no-headers") else [["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]]
    for ref in wanted:
        rows.append(["*" if ref.name == config.current else "", ref.name, ref.name, ref.name, ref.namespace])
    return Answer(table(rows))


def current_context(call: Call) -> Answer:
    """``kubectl config current-context``."""
    if not call.world.kubeconfig.current:
        raise Trouble("error: current-context is not set")
    return Answer(call.world.kubeconfig.current + "\n")


def get_clusters(call: Call) -> Answer:
    """``kubectl config get-clusters``."""
    return Answer("NAME\n" + "".join(f"{name}\n" for name in call.world.kubeconfig.names))


def get_users(call: Call) -> Answer:
    """``kubectl config get-users``."""
    return get_clusters(call)


def view(call: Call) -> Answer:
    """``kubectl config view``: contexts and clusters; there are no credentials to show."""
    config = call.world.kubeconfig
    refs = [ref for ref in config.contexts if not call.true("minify") or ref.name == call.world.context.name]
    whole: Obj = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": config.current,
        "clusters": [{"name": ref.name, "cluster": {"server": address(ref.name)}} for ref in refs],
        "users": [{"name": ref.name, "user": {}} for ref in refs],
        "contexts": [
            {
                "name": ref.name,
                "context": {"cluster": ref.name, "user": ref.name}
                | ({"namespace": ref.namespace} if ref.namespace else {}),
            }
            for ref in refs
        ],
    }
    name, _, argument = call.value("output", "yaml").partition("=")
    return Answer(value_printed(whole, name, argument))
