"""Who a caller is to Kubernetes: the user and groups whose rights the cluster asks about."""

import hashlib
import re
import unicodedata

import attrs


@attrs.frozen
class Identity:
    """In whose name a cluster is asked.

    With a *user* it is asked in the name of that user and its *groups* (impersonation). With a
    *kubeconfig*, an absolute path, by the credentials in that file. With neither, by the server's own.
    """

    user: str = ""
    groups: tuple[str, ...] = ()
    kubeconfig: str = ""


RESERVED = ("system:", "kubeadm:")
"""Beginnings of names that Kubernetes gives rights to by itself; nobody is impersonated by such a one."""

LONGEST = 256


def fault_of(name: str) -> str:
    """Why nobody is impersonated as *name*; empty where nothing speaks against it.

    Whatever could be taken for another name, a flag or a header is refused, not repaired.
    """
    if not name.strip():
        return "it is empty"
    if len(name) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if name != name.strip() or not name.isprintable():
        return "it has spaces at an end, or characters that cannot be seen"
    if name.startswith("-"):
        return "it begins with a dash"
    # compatibility forms and case are folded, so that nothing looks like a reserved name either
    if unicodedata.normalize("NFKC", name).casefold().strip().startswith(RESERVED):
        return f"names that begin with {' or '.join(RESERVED)} are reserved by Kubernetes"
    return ""


def kubeconfig_name(caller: str) -> str:
    """The name of the file with the kubeconfig of the caller *caller*; never a path.

    A plain lower-case name is the file's own (``alice`` → ``alice.yaml``); any other is hashed, so that
    neither a separator nor the case of letters leads to somebody else's file.
    """
    if _PLAIN(caller) and not caller.startswith(_HASHED):
        return f"{caller}.yaml"
    return f"{_HASHED}{hashlib.sha256(caller.encode('utf-8', 'surrogatepass')).hexdigest()}.yaml"


_PLAIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}").fullmatch
_HASHED = "sha256-"
