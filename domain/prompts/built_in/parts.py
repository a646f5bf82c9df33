"""What several of the prompts that ship have in common."""

from ..prompt import Argument, CommandSource
from ..values import TYPES

CONTEXT = Argument("context", TYPES["context"], "Context (cluster); the current one where it is left out.")
NAMESPACE = Argument("namespace", TYPES["namespace"], "Namespace; the context's own where it is left out.")
PLACE = (CONTEXT, NAMESPACE)
KIND = Argument("kind", TYPES["kind"], "Kind: deployment, statefulset, pod ….", default="deployment")
NAME = Argument("name", TYPES["name"], "Its name.", required=True)
WORKLOAD = (*PLACE, KIND, NAME)
RELEASE = Argument("release", TYPES["release"], "The release's name.", required=True)

LABELS = CommandSource("The namespace's labels", "kubectl get namespace {namespace} --show-labels", 300)
EVENTS = CommandSource("Events that name it", "kubectl events", 1200, both_ends=True, only="{name}")
_LOGS = "kubectl logs {kind}/{name} --all-pods --all-containers --prefix --ignore-errors"


def logs(tokens: int, choice: str) -> CommandSource:
    """Lines of each container that runs; *choice* are the flags that say which."""
    return CommandSource("Logs", f"{_LOGS} {choice}", tokens, both_ends=True)


def previous(tokens: int) -> CommandSource:
    """The last lines of each container before it was restarted."""
    return CommandSource(
        "Logs before the last restart", f"{_LOGS} --previous --tail=40", tokens, both_ends=True
    )
