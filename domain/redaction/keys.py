"""Which names announce a secret: the key rule of security.md section 7, and its exceptions."""

import functools
import re

KEY_WORDS = ("api", "access", "private", "account", "master", "signing", "encryption")

_STEM = re.compile(
    r"pass(?:word|wd|phrase|code)|(?<!by)(?<!com)(?<!sur)pass(?!i|th|ed|age|enger|port|es)"
    r"|pwd|secret"
    r"|token(?!i[sz]|review|request)"
    rf"|(?:{'|'.join(KEY_WORDS)})[_.-]?key|client[_.-]?key[_.-]?data"
    r"|credential|(?<![a-z])creds?(?![a-z])|conn(?:ection)?[_.-]?str|dsn|auth(?!or|entic)"
    r"|^(?:proxy-)?authorization$|^(?:set-)?cookie$",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?<!public)(?<!public[_-])key$|session|signature$|(?:^|[_.-])sig$|jwt",
    re.IGNORECASE,
)
_FIRM = re.compile(r"pass(?:word|wd|phrase)|pwd", re.IGNORECASE)
_GROUP = re.compile(
    r"(?:^|[_.-])(?:secrets|tokens|passwords|credentials?|creds|secret_?(?:data|env|values))$"
    r"|Secrets$|Passwords$|Credentials$|^secret(?:Data|Env|Values)$"
)
_PULL = re.compile(r"pull[_.-]?secrets?$", re.IGNORECASE)
_PLURAL = re.compile(r"(?:tokens|secrets|credentials)$", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

# What a name may end in to be about a secret instead of being one: secretName, tokenTTL.
_ABOUT_WORDS = """
    name names namespace ref refs reference references type types kind path paths file files
    filename dir directory ttl expiry expires expiration seconds minutes duration timeout length
    count size limit limits policy mode method enabled disabled version issuer audience audiences
    algorithm alg provider url uri endpoint host hostname addr address port proto realm scope scopes
    template format rotation interval age at required optional field prefix suffix mount mounts
    store backend engine manager controller operator service server group label labels selector
    projection projections
"""
# What stays readable where everything else of a mapping is concealed (references, schemas).
_EXEMPT_NAMES = """
    name namespace key kind path type apiversion apigroup group version mode defaultmode optional
    items enabled description format title pattern properties required enum default nullable
    minlength maxlength example examples audience expirationseconds uid resourceversion
"""
_ABOUT = frozenset(_ABOUT_WORDS.split())
_EXEMPT = frozenset(_EXEMPT_NAMES.split())
_REFERENCES = frozenset({"existing", "automount", "mountable"})


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _about(name: str) -> bool:
    """Whether *name* speaks about a secret: where it lies, how long it lives, what it is called."""
    words = _words(name)
    if not words or words[0] in _REFERENCES or words[-1] in _ABOUT or _PULL.search(name):
        return True
    return name == "Tokens"  # kubectl describe serviceaccount lists names there


@functools.lru_cache(4096)
def is_secret(name: str) -> bool:
    """Whether a value under *name* is a secret by the name alone."""
    return "/" not in name and _STEM.search(name) is not None and not _about(name)


@functools.lru_cache(4096)
def is_suspect(name: str) -> bool:
    """Whether a value under *name* is a secret if it looks random.

    Annotation keys are among them: `checksum/secret` holds a digest, `auth-secret` a reference.
    """
    if name.startswith("checksum/") or _about(name):
        return False
    return _STEM.search(name) is not None or _WEAK.search(name) is not None


@functools.lru_cache(4096)
def is_firm(name: str) -> bool:
    """Whether *name* means a password, so that even an ordinary word beside it is one."""
    return _FIRM.search(name) is not None


@functools.lru_cache(4096)
def is_group(name: str) -> bool:
    """Whether *name* holds several secrets, each under a name of its own: ``secrets:``."""
    return _GROUP.search(name) is not None and not _PULL.search(name)


@functools.lru_cache(4096)
def is_exempt(name: str) -> bool:
    """Whether *name* stays readable inside a group of secrets."""
    return name.lower() in _EXEMPT or name.startswith(("x-kubernetes-", "$")) or _about(name)


def is_plural(name: str) -> bool:
    """Whether a number under *name* counts secrets: ``max_tokens: 4096``."""
    return _PLURAL.search(name) is not None
