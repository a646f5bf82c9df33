"""Prompts about Helm releases: their state, and the review of an upgrade."""

import attrs

from ...resources.uri import RELEASE as RELEASES
from ..prompt import Argument, CommandSource, ObjectSource, Prompt
from ..values import TYPES
from .parts import PLACE, RELEASE

_HISTORY = CommandSource("Its revisions", "helm history {release} --max=10", 700)
_VALUES = CommandSource("Values that were set", "helm get values {release}", 1500)
_OBJECTS = "kubectl get deployments,statefulsets,daemonsets,jobs,pods,services"
_UPGRADE = "helm upgrade {release} {chart} --version=VERSION --reset-then-reuse-values"
_ROLLBACK = "helm rollback {release} REVISION --wait --timeout=5m"

_RELEASE = Prompt(
    "helm-release",
    "State of a Helm release",
    "How a Helm release is: status, revisions, values, and the workloads that came of it.",
    (*PLACE, RELEASE),
    (
        ObjectSource(RELEASES, "{release}"),
        _HISTORY,
        _VALUES,
        CommandSource(
            "Objects with its label", f"{_OBJECTS} -l app.kubernetes.io/instance={{release}}", 1500
        ),
    ),
    """\
Tell how the release {release} in namespace {namespace} of context {context} is.

1. `deployed` says only that the API server took the manifests: check that the workloads are ready.
2. failed: the description of the revision says which object or hook. pending-install, -upgrade or
   -rollback with nobody at work: helm was interrupted, and nothing can be upgraded before that is
   repaired.
3. Compare the revisions: what changed when (chart, application version), and did the trouble begin there?
4. Values: what deviates from the chart on purpose, and what looks forgotten (old tags, debug, limits
   removed).
5. No object with the label does not mean that there is none: a chart need not set it.

Answer: state in one sentence, proof, next step.""",
    reads=("helm get notes {release}", "helm get manifest {release}"),
    changes=(_ROLLBACK,),
    tool="helm",
)

_REVIEW = Prompt(
    "helm-upgrade-review",
    "Review a Helm upgrade",
    "What the upgrade of a release would bring: versions, changed defaults, risks, and the way back.",
    (
        *PLACE,
        RELEASE,
        Argument("chart", TYPES["chart"], "Chart of a configured repository: bitnami/nginx.", required=True),
        Argument("version", TYPES["version"], "The chart's version; the newest if left out.", default="*"),
    ),
    (
        attrs.evolve(_HISTORY, tokens=500),
        _VALUES,
        CommandSource("Its metadata", "helm get metadata {release}", 300),
        CommandSource("Versions of the chart", "helm search repo {chart} --versions", 600),
        CommandSource("The new chart", "helm show chart {chart} --version={version}", 800),
        CommandSource("Defaults of the new chart", "helm show values {chart} --version={version}", 4000),
    ),
    """\
Review the upgrade of release {release} (namespace {namespace}, context {context}) to {chart}, version
{version}.

1. The jump: chart and application version, from and to. A new major version of a chart breaks values or
   immutable fields until its notes say otherwise; that of a database needs a migration; majors are not
   skipped.
2. Values: which keys that are set here do not exist in the new defaults any more (they are ignored in
   silence), which have moved, and which defaults now differ in what matters: storage, security context,
   probes, Services.
3. Selectors, volume claim templates and clusterIP are immutable: a change of them needs a deletion, so
   say it.
4. CRDs: helm does not upgrade them.
5. The way back: a rollback restores objects, not data. What must be backed up first?
6. Is the last revision `deployed`? A failed or pending one is repaired first.

Answer: go, go with conditions, or no; the risks in order; the exact values to set.""",
    reads=("helm show readme {chart} --version=VERSION", "helm get manifest {release}"),
    changes=(f"{_UPGRADE} --dry-run=client", f"{_UPGRADE} --wait --timeout=5m", _ROLLBACK),
    tool="helm",
)

HELM = (_RELEASE, _REVIEW)
