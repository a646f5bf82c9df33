"""What ``kubectl config view`` may print: kubectl hides tokens, and neither exec.env nor exec.args.

json and yaml are redacted after the run. A free format could carry such a value past that, so its
paths are held to the parts of a kubeconfig that hold no credential.
"""

import re
from collections.abc import Iterable

from ...effect import Effect
from ..grammar import Demand
from ..invocation import Invocation

# kubectl itself prints REDACTED or DATA+OMITTED for these (verified with 1.37.1)
_HIDDEN = "username|password|token|client-certificate-data|client-key-data"
_INDEX = r"(?:\[(?:\*|-?[0-9:]*|\?\(@\.name\s*[=!]=\s*[\"'][^\"'\]]*[\"']\))\])?"
_PATH = (
    r"\$?(?:\.current-context|\.\.(?:namespace|server|cluster|current-context)"
    rf"|(?:\.contexts{_INDEX})?(?:\.name|\.context(?:\.(?:cluster|namespace|user))?)"
    rf"|(?:\.clusters{_INDEX})?(?:\.name|\.cluster(?:\.server)?)"
    rf"|\.(?:contexts|clusters){_INDEX}|\.users{_INDEX}\.(?:name|user\.(?:{_HIDDEN})))"
)
_PART = rf"\{{\s*(?:\"[^\"]*\"|'[^']*'|end|(?:range\s+)?{_PATH}|range\s+\.users{_INDEX})\s*\}}"
_SAFE = rf"(?:{_PART}|[^{{}}]+(?={{|$))+" + rf"|{_PATH}"


def without_credentials(call: Invocation) -> Iterable[Demand]:
    """Check: a free format names only contexts, clusters, namespaces and the names of users."""
    use, template = call.use("output"), call.use("template")
    if template is not None or (use is not None and "template" in use.value):
        found = template or use
    elif (
        use is not None
        and "=" in use.value
        and not re.fullmatch(_SAFE, use.value.partition("=")[2])
    ):
        found = use
    else:
        return ()
    return (
        call.demand(
            Effect.NEVER, "A kubeconfig may hold credentials that such a format would print.",
            found.span if found else None,
            "Print -o yaml, or a path such as jsonpath='{.contexts[*].name}'.",
        ),
    )  # fmt: skip
