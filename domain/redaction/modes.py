"""What a place in a document means for the values below it; the same for JSON and for YAML."""

import enum
import functools

from .keys import is_exempt, is_group, is_plural, is_secret, is_suspect
from .values import is_harmless, is_number, is_random

LIST_KIND = "SecretList"
SECRET_KIND = "Secret"
DATA_KEYS = frozenset({"data", "stringData"})
NAME_KEYS = frozenset({"name", "key", "Name"})
VALUE_KEYS = frozenset({"value", "Value"})
_SECRET_TYPES = ("Opaque", "kubernetes.io/", "helm.sh/release", "bootstrap.kubernetes.io/")


class Mode(enum.Enum):
    """How the content of a key is read."""

    PLAIN = "by names and patterns alone"
    SCALARS = "plain values and list items are secrets"
    GROUP = "every value is a secret but those of exempt names"
    SECRET = "every value is a secret"
    EXEC = "the credential plugin of a kubeconfig"
    PROVIDER = "the auth-provider of a kubeconfig"


KEYLESS = frozenset({Mode.SCALARS, Mode.GROUP, Mode.SECRET})
_SPECIAL = {"exec": Mode.EXEC, "auth-provider": Mode.PROVIDER}


@functools.lru_cache(4096)
def below(mode: Mode, key: str) -> Mode:
    """How to read what is below *key*, in a mapping that itself is read by *mode*."""
    if mode is Mode.SECRET:
        return Mode.SECRET
    if mode is Mode.GROUP:
        return Mode.PLAIN if is_exempt(key) else Mode.GROUP
    if mode is Mode.EXEC and key == "env":
        return Mode.GROUP
    if mode is Mode.PROVIDER and key == "config":
        return Mode.SECRET
    if key in _SPECIAL:
        return _SPECIAL[key]
    if is_group(key):
        return Mode.GROUP
    return Mode.SCALARS if is_secret(key) else Mode.PLAIN


def conceals(mode: Mode, key: str, value: str, named: bool = False) -> bool:
    """Whether *value* under *key* is a secret; *named* if a sibling ``name`` announces one."""
    if mode is Mode.SECRET or (mode is Mode.GROUP and not is_exempt(key)):
        return not is_harmless(value)
    if (named and key in VALUE_KEYS) or is_secret(key):
        return not is_harmless(value) and not (is_plural(key) and is_number(value))
    return is_suspect(key) and is_random(value)


def is_secret_type(value: str) -> bool:
    """Whether *value* is the ``type`` that only Secrets have, for objects that lost their kind."""
    return value.startswith(_SECRET_TYPES)
