"""Flags that several istioctl verbs share."""

from ...effect import Effect
from ..grammar import Flag, Meaning
from ..shorthand import ALNUM, from_set, local_file, never, never_switch
from ..values import BOUNDED, CONTEXT, COUNT, NAMESPACE, POSITIVE, SELECTOR, TEXT, WORD, one_of

LEVELS = from_set("levels such as http:debug,info", ALNUM + "_:=,.-")
SEVERITY = one_of("Info", "Warning", "Error", "info", "warning", "error")


def resetting(name: str, short: str, why: str) -> Flag:
    """A switch that turns a verb that reads into one that reconfigures the mesh."""
    return Flag(name, short, effect=Effect.ADMIN, why=f"--{name} {why}")


def setting(name: str, why: str) -> Flag:
    """A flag with log levels; it turns a verb that reads into one that reconfigures the mesh."""
    return Flag(name, value=LEVELS, effect=Effect.ADMIN, why=f"--{name} {why}")


REVISION = Flag("revision", "r", WORD)
ALL_NAMESPACES = Flag("all-namespaces", "A", meaning=Meaning.ALL_NAMESPACES)
POD_SELECTOR = Flag("selector", "l", SELECTOR, meaning=Meaning.SELECTOR)
ADMIN_PORT = Flag("proxy-admin-port", value=POSITIVE)
TIMEOUT = Flag("timeout", value=BOUNDED)
CONFIG_DUMP = local_file("file", "f")
MANIFESTS = local_file("manifests", "d")
CHARTS = (local_file("charts"), MANIFESTS)
OPERATOR_FILE = local_file("filename", "f")
FORCE = never_switch("force", "", Meaning.HARMLESS, "--force overrides what validation found")
CONFIRMED = Flag("skip-confirmation", "y")
DRY_RUN = Flag("dry-run", meaning=Meaning.DRY_RUN)
SET = Flag("set", "s", TEXT, repeats=True)
PORT = Flag("port", value=COUNT)

_ELSEWHERE = "talks to another control plane, with the credentials of this one"
CONTROL_PLANE = (
    never("xds-address", "", Meaning.SERVER, f"--xds-address {_ELSEWHERE}"),
    never("xds-label", "", Meaning.SERVER, f"--xds-label {_ELSEWHERE}"),
    never("xds-port", "", Meaning.SERVER, f"--xds-port {_ELSEWHERE}"),
    never_switch("xds-via-agents", "", Meaning.SERVER, f"--xds-via-agents {_ELSEWHERE}"),
    never("xds-via-agents-limit", "", Meaning.SERVER, f"--xds-via-agents-limit {_ELSEWHERE}"),
    never("authority", "", Meaning.SERVER, "--authority changes whom istioctl trusts"),
    never_switch("insecure", "", Meaning.SERVER, "--insecure trusts any server"),
    never_switch("plaintext", "", Meaning.SERVER, "--plaintext turns encryption off"),
    never("cert-dir", "", Meaning.CREDENTIALS, "--cert-dir reads keys from the local disk"),
    TIMEOUT,
)

_LOGS = "istioctl's own log is not a caller's to steer"
COMMON = (
    Flag("context", value=CONTEXT, meaning=Meaning.CONTEXT),
    Flag("namespace", "n", NAMESPACE, meaning=Meaning.NAMESPACE),
    Flag("istioNamespace", "i", NAMESPACE), Flag("kubeclient-timeout", value=BOUNDED),
    never("kubeconfig", "c", Meaning.SERVER, "--kubeconfig chooses other clusters and credentials"),
    never("as", "", Meaning.CREDENTIALS, "--as impersonates another user"),
    never("as-uid", "", Meaning.CREDENTIALS, "--as-uid impersonates another user"),
    never("as-group", "", Meaning.CREDENTIALS, "--as-group impersonates another group"),
    never("vklog", "", Meaning.VERBOSITY, "--vklog prints request bodies"),
    never("log_target", "", Meaning.FILE, "--log_target writes a local file"),
    never("log_rotate", "", Meaning.FILE, "--log_rotate writes a local file"),
    never("log_rotate_max_age", "", Meaning.VERBOSITY, _LOGS),
    never("log_rotate_max_backups", "", Meaning.VERBOSITY, _LOGS),
    never("log_rotate_max_size", "", Meaning.VERBOSITY, _LOGS),
    never_switch("log_as_json", "", Meaning.VERBOSITY, _LOGS),
    never("log_caller", "", Meaning.VERBOSITY, _LOGS),
    never("log_output_level", "", Meaning.VERBOSITY, _LOGS),
    never("log_stacktrace_level", "", Meaning.VERBOSITY, _LOGS),
)
EARLY = frozenset({"namespace", "istioNamespace", "context"})
