"""Where a call goes: argument > flag in the command > setting > the kubeconfig's own choice."""

from ..domain.context import ContextRef, Kubeconfig, Target
from ..domain.effect import Effect
from ..domain.errors import CommandError, ContextNotFound, PolicyDenied
from ..domain.identity import Identity
from ..domain.nearness import did_you_mean
from ..domain.tools.grammar import Meaning
from ..domain.tools.invocation import FlagUse, Invocation
from ..domain.tools.values import CONTEXT, NAMESPACE, Value
from .ports import KubeconfigReader
from .scope import Wanted, place_of
from .settings import Settings


def resolve(
    call: Invocation,
    kubeconfig: KubeconfigReader,
    settings: Settings,
    context: str = "",
    namespace: str = "",
    scope: str = "",
) -> Target:
    """Choose and check the target of *call*; *scope* is a resource URI that names both parts.

    Raises:
        CommandError: an argument is malformed, or the command contradicts it.
        ContextNotFound: the context does not exist, or none is chosen and there is no current one.
    """
    place = place_of(context, namespace, scope)
    context = _one(call, Meaning.CONTEXT, "context", CONTEXT, place.context)
    namespace = _one(call, Meaning.NAMESPACE, "namespace", NAMESPACE, place.namespace)
    everywhere = call.with_meaning(Meaning.ALL_NAMESPACES)
    if everywhere and namespace:
        raise call.error(
            f"{_namespace_said(namespace, place.namespace)} contradicts --{everywhere.flag.name}.",
            everywhere.span,
            "Leave one of them out.",
        )
    if not reaches_a_context(call, settings):
        return Target(namespace=(namespace or settings.target.namespace) if call.verb.namespaced else "")
    return _place(call, kubeconfig.read(), settings, context, namespace, everywhere)


def _place(
    call: Invocation,
    known: Kubeconfig,
    settings: Settings,
    context: str,
    namespace: str,
    everywhere: FlagUse | None,
) -> Target:
    ref, assumed = _context(known, context or settings.target.context)
    if assumed and len(known.contexts) > 1 and call.effect > Effect.READ:
        raise CommandError(
            "A change needs a context, and the kubeconfig has more than one.",
            hint=f"Name it in the argument `context`: one of {', '.join(known.names)}.",
        )
    wide = call.verb.wide and not namespace and not call.operands
    if not call.verb.namespaced or everywhere or wide:
        namespace = ""
    else:
        namespace = namespace or settings.target.namespace or ref.namespace or "default"
    return Target(
        ref.name,
        namespace,
        everywhere is not None or wide,
        ref.in_cluster,
        assumed and len(known.contexts) > 1,
    )


def _namespace_said(namespace: str, wanted: Wanted) -> str:
    said = wanted.said if wanted.value else f"the namespace {namespace}"
    return said[:1].upper() + said[1:]


def _one(call: Invocation, meaning: Meaning, name: str, value: Value, wanted: Wanted) -> str:
    """What is wanted, or the flag of the command; both only where they agree."""
    if wanted.value and not value.accepts(wanted.value):
        raise CommandError(f"The argument `{name}` is not {value.name}: {wanted.value!r}.")
    use = call.with_meaning(meaning)
    if use is None:
        return wanted.value
    if wanted.value and use.value != wanted.value:
        raise call.error(
            f"--{use.flag.name}={use.value} contradicts {wanted.said}.",
            use.span,
            "Leave one of them out.",
        )
    return use.value


def _context(known: Kubeconfig, wanted: str) -> tuple[ContextRef, bool]:
    """The context called *wanted*, else the current one; and whether nobody chose it."""
    if wanted:
        found = known.find(wanted)
        if found is None:
            raise ContextNotFound.among(known.names, did_you_mean(wanted, known.names))
        return found, False
    current = known.find(known.current)
    if current is not None:
        return current, True
    if not known.contexts:
        # what a policy hides cannot be told from what does not exist, so both are named
        told = "No context can be used: set KUBECONFIG, mount ~/.kube/config, or let the policy allow one."
        raise ContextNotFound.among((), told)
    raise ContextNotFound.among(
        known.names, "The kubeconfig has no current context: name one in the argument `context`."
    )


def reaches_a_context(call: Invocation, settings: Settings) -> bool:
    """Whether *call* needs a context: not for help, nor for what the tool answers by itself."""
    own_server = call.tool == "argocd" and bool(settings.tools.argocd_server)
    own_version = call.is_true("client") or call.value("remote") == "false"
    client_only = call.verb.path == ("version",) and own_version
    return call.verb.targets and not (call.help or own_server or client_only)


def placed_flags(
    call: Invocation, target: Target, settings: Settings, identity: Identity = Identity()
) -> tuple[str, ...]:
    """The flags that lead *call* to *target* in the name of *identity*, as the tool spells them.

    They are placed only where the tool takes them.

    Raises:
        PolicyDenied: the tool cannot act in that name, and would use the server's rights.
    """
    if call.help:
        return ()
    if call.tool == "argocd":
        return _argocd_flags(call, target, settings, identity)
    flags = list[str]()
    if call.verb.targets and target.context and not target.in_cluster:
        flags.append(f"--{_CONTEXT_FLAG[call.tool]}={target.context}")
    if target.namespace and call.verb.namespaced:
        flags.append(f"--namespace={target.namespace}")
    return (*flags, *_named(call, identity))


def _named(call: Invocation, identity: Identity) -> tuple[str, ...]:
    """The flags for impersonation, wherever a cluster is asked."""
    if not identity.user or not call.verb.targets:
        return ()
    if call.tool == "istioctl" and any("," in group for group in identity.groups):
        # it may take a comma for the end of a group's name, which would pass on another group
        raise PolicyDenied(
            "istioctl cannot act in the caller's name: one of its groups has a comma.",
            call.source,
            call.verb_span,
            "Read with kubectl instead.",
            rule="identity",
        )
    user, group = _IMPERSONATING[call.tool]
    return (f"--{user}={identity.user}", *(f"--{group}={name}" for name in identity.groups))


def _argocd_flags(
    call: Invocation, target: Target, settings: Settings, identity: Identity
) -> tuple[str, ...]:
    if not call.verb.targets:
        return ()
    if identity.user or (identity.kubeconfig and settings.tools.argocd_server):
        raise PolicyDenied(
            "argocd cannot act in the caller's name here: it would use the server's own rights.",
            call.source,
            call.verb_span,
            "Read applications with kubectl get applications.argoproj.io; the operator can serve argocd "
            "apart (identity.mode none), or with a kubeconfig for each caller and without argocd_server.",
            rule="identity",
        )
    if settings.tools.argocd_server:
        return (f"--server={settings.tools.argocd_server}",)
    context = () if target.in_cluster or not target.context else (f"--kube-context={target.context}",)
    return ("--core=true", *context)


_CONTEXT_FLAG = {"kubectl": "context", "helm": "kube-context", "istioctl": "context"}
_IMPERSONATING = {
    "kubectl": ("as", "as-group"),
    "helm": ("kube-as-user", "kube-as-group"),
    "istioctl": ("as", "as-group"),
}
