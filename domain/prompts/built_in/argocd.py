"""The prompt about Argo CD."""

import attrs

from ..prompt import Argument, CommandSource, ObjectSource, Prompt
from ..values import TYPES
from .parts import CONTEXT, NAMESPACE

ARGOCD = Prompt(
    "argocd-application",
    "State of an Argo CD application",
    "Why an Argo CD application is out of sync or degraded: state, difference to Git, history.",
    (
        CONTEXT,
        attrs.evolve(NAMESPACE, description="Namespace of the Application itself.", default="argocd"),
        Argument("application", TYPES["application"], "The application's name.", required=True),
    ),
    (
        ObjectSource("applications.argoproj.io", "{application}"),
        CommandSource("Its state", "argocd app get {application} --show-operation", 2000),
        CommandSource("Difference to Git", "argocd app diff {application} --exit-code=false", 2500),
        CommandSource("Its deployments", "argocd app history {application}", 600),
    ),
    """\
Tell how the Argo CD application {application} (namespace {namespace}, context {context}) is.

1. Sync and health are two things. Synced and Degraded: Git holds what does not work, look at the
   workloads. OutOfSync and Healthy: drift, or a commit that waits for its sync.
2. The last operation: phase, message, which resource or hook failed, how often it was tried again.
3. Of each difference say who made it: a newer commit, a change by hand, a controller that writes the
   field (replicas by an autoscaler, caBundle by cert-manager: that belongs into ignoreDifferences), or a
   default of the API server.
4. ComparisonError among the conditions: manifests could not be made, so sync and health are old news.
5. Which deployment was the last good one, and what does the target revision follow: a branch, or a fixed
   tag?

Answer: state in one sentence, cause, proof, next step. With Argo CD the fix belongs into Git: what is
changed in the cluster is undone by the next sync.""",
    reads=("argocd app resources {application}", "argocd app logs {application} --tail=100"),
    changes=(
        "argocd app sync {application} --dry-run",
        "argocd app sync {application}",
        "argocd app rollback {application} ID",
    ),
    tool="argocd",
)
