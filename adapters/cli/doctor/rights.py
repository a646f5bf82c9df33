"""What RBAC gives to the credentials of a context, in a line."""

import shlex

from ....application.probing import Answer
from ....domain.effect import Level
from .finding import Finding

_CHANGING = frozenset({"*", "create", "update", "patch", "delete", "deletecollection"})


def rights(answer: Answer, context: str, level: Level) -> Finding:
    """What ``auth can-i --list`` says, held against the *level* that the policy gives there."""
    subject = f"rights {context}"
    if answer.error is not None:
        told = " ".join(f"{answer.error.message} {answer.stderr}".split())[:300]
        remedy = f"By hand: kubectl --context={shlex.quote(context)} auth can-i --list"
        return Finding(subject, "warning", told, remedy, {"context": context})
    rows = [_row(line) for line in answer.output.splitlines() if line.strip()]
    everything = any(kind == "*.*" and "*" in verbs for kind, verbs in rows)
    secrets = any(kind in ("secrets", "*.*") and verbs & {"*", "get", "list"} for kind, verbs in rows)
    changes = any(kind and verbs & _CHANGING for kind, verbs in rows if not kind.startswith("self"))
    told = "everything" if everything else "changes" if changes else "only reads"
    detail = f"{told} in {context}{', Secrets included' if secrets else ''}; Kubeport gives {level}"
    facts = {"context": context, "rights": told, "secrets": secrets}
    if everything and level in (Level.WRITE, Level.ADMIN):
        remedy = "RBAC is the last line: use credentials with fewer rights."
        return Finding(subject, "warning", detail, remedy, facts)
    return Finding(subject, "ok", detail, facts=facts)


def _row(line: str) -> tuple[str, frozenset[str]]:
    """The kind of a row of the table (empty for a URL), and its verbs."""
    kind = "" if line.startswith((" ", "\t")) else line.split(None, 1)[0]
    verbs = line.rpartition("[")[2].rstrip().removesuffix("]")
    return kind, frozenset(verbs.split())
