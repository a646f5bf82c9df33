"""``kubectl exec``: a program without a shell that reads no credential and ends by itself."""

import itertools
import re
from collections.abc import Iterable, Iterator

import attrs

from ...command import Token
from ...effect import Effect
from ..grammar import Demand
from ..invocation import Invocation

PROGRAMS = frozenset(
    {"ls", "cat", "df", "du", "date", "ps", "id", "hostname", "nslookup", "getent", "uptime"}
)
SHELLS = frozenset(
    {"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "rbash", "pwsh"}
)
INTERPRETERS = frozenset({
    "python", "perl", "ruby", "node", "nodejs", "php", "lua", "luajit", "tclsh", "expect",
    "java", "jshell", "groovy", "deno", "bun", "irb", "awk", "gawk", "mawk", "sed", "ed",
    "vi", "vim", "nvim", "nano", "emacs", "less", "more", "man", "gdb", "make", "psql",
    "mysql", "mongosh", "sqlite3", "redis-cli", "bc", "dc", "jq", "git",
})  # fmt: skip
WRAPPERS = frozenset({
    "busybox", "toybox", "env", "xargs", "timeout", "nohup", "nice", "ionice", "sudo", "su",
    "doas", "runuser", "setpriv", "capsh", "chroot", "nsenter", "unshare", "setsid", "stdbuf",
    "strace", "ltrace", "watch", "find", "exec", "eval", "command", "time", "script",
    "screen", "tmux", "tini", "dumb-init", "gosu", "su-exec", "flock", "parallel",
    "start-stop-daemon", "kubectl", "docker", "crictl", "ctr", "nerdctl", "ssh", "scp", "nc",
    "ncat", "netcat", "socat", "curl", "wget", "tee", "dd", "tar", "cp", "mv", "rm", "chmod",
    "chown", "mount", "kill", "sleep", "yes", "top", "htop",
})  # fmt: skip

_PROGRAM = r"[A-Za-z0-9_./+-]+"
_TRAILING_VERSION = r"[-0-9.]+$"
_CREDENTIALS = (
    r"(?i)run/secrets|serviceaccount|/secrets?/|proc/[^/]+/(?:task/[^/]+/)?(?:mem|fd)"
    r"|\benviron|g?shadow-?$"
    r"|/\.(?:ssh|aws|azure|kube|docker|gnupg|netrc|git-credentials|config/gcloud)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|etc/kubernetes|lib/kubelet/(?:pki|pods)"
)
_ENDLESS = r"/dev/(?!null$)\w|/proc/(?:kmsg|kcore)|trace_pipe"
_METADATA = (
    r"(?i)169\.254\.|0*251\.0*376\.|fe80:|fd00:ec2|ffff:a9fe|metadata\.(?:google|goog)"
    r"|\b(?:2851995648|28520391\d\d|0x?a9fe[0-9a-f]{4})\b"
)
_FOLLOWS = {"tail": r"-[a-z0-9]*[fF].*|--(?:f|ret).*"}
_PS_ENVIRONMENT = r"[A-Za-z]*e[A-Za-z]*"
_TAKES_VALUE = r"-[A-Za-z]*[oOuUgGCptqs]|--[a-z]+"
_LISTS = frozenset({"ls", "df", "stat"})
_CHANGES = {
    "date": r"-[uR]*s.*|--s.*|[0-9]{8}.*",
    "hostname": r"[^-].*|-[a-z]*[Fb].*|--(?:f(?!qdn)|b).*",
}


@attrs.frozen
class ExecRules:
    """Which programs ``kubectl exec`` may start; *denied* wins over *programs*."""

    programs: frozenset[str] = PROGRAMS
    denied: frozenset[str] = SHELLS | INTERPRETERS | WRAPPERS


DEFAULT_EXEC_RULES = ExecRules()


def program_given(call: Invocation) -> Iterable[Demand]:
    """Check: a program stands behind ``--`` and reaches for no credential and no endless file.

    Which programs are allowed is a setting: ``exec_demands`` judges that.
    """
    if not call.dashes or not call.rest:
        raise call.error(
            "kubectl exec needs a program behind --.",
            hint="Write: kubectl exec POD [-c CONTAINER] -- PROGRAM [ARGUMENTS].",
        )
    return tuple(_arguments(call))


def exec_demands(call: Invocation, rules: ExecRules = DEFAULT_EXEC_RULES) -> tuple[Demand, ...]:
    """What the program of an exec call demands under *rules*; nothing for any other verb."""
    if call.verb.path != ("exec",) or call.help or not call.rest:
        return ()
    program = call.rest[0]
    if _denied(program.text, rules):
        why = f"{program.text} could run anything in the container: name the program itself."
    elif program.text not in rules.programs:
        why = f"{program.text} is not among the programs that kubectl exec may run."
    else:
        return ()
    return (call.demand(Effect.NEVER, why, program.span, _allowed(rules)),)


def _allowed(rules: ExecRules) -> str:
    return f"Allowed programs: {', '.join(sorted(rules.programs - rules.denied))}."


def _denied(text: str, rules: ExecRules) -> bool:
    name = text.rpartition("/")[2].lower()
    return bool({name, re.sub(_TRAILING_VERSION, "", name)} & rules.denied)


def _arguments(call: Invocation) -> Iterator[Demand]:
    program = call.rest[0]
    if not re.fullmatch(_PROGRAM, program.text):
        yield _never(call, program, "A program is one plain word; its arguments follow as words.")
    bare = program.text.rpartition("/")[2]
    for before, word in itertools.pairwise(call.rest):
        path = _plain_path(word.text)
        if re.search(_CREDENTIALS, path):
            yield _never(call, word, "Credentials of a container are never read.")
        if re.search(_METADATA, word.text):
            yield _never(
                call, word, "Link-local addresses are never asked: metadata answers there."
            )
        endless = bare not in _LISTS and re.search(_ENDLESS, path)
        if endless or _matches(_FOLLOWS, bare, word):
            yield _never(call, word, "It would never end.")
        if _matches(_CHANGES, bare, word):
            yield _never(call, word, f"{bare} may only show, not set.")
        if bare == "ps" and _shows_environment(before.text, word.text):
            yield _never(call, word, "Its option e prints environments: write ps aux or ps -ef.")


def _shows_environment(before: str, text: str) -> bool:
    value = re.fullmatch(_TAKES_VALUE, before)
    return value is None and re.fullmatch(_PS_ENVIRONMENT, text) is not None


def _matches(table: dict[str, str], program: str, word: Token) -> bool:
    pattern = table.get(program)
    return pattern is not None and re.fullmatch(pattern, word.text) is not None


def _plain_path(text: str) -> str:
    """*text* with ``//``, ``/./`` and ``/x/../`` resolved, so that one path has one spelling."""
    parts = list[str]()
    for part in text.split("/"):
        if part == ".." and parts and parts[-1] not in ("", ".."):
            parts.pop()
        elif part not in (".", "") or not parts:
            parts.append(part)
    return "/".join(parts)


def _never(call: Invocation, word: Token, why: str) -> Demand:
    return call.demand(Effect.NEVER, why, word.span)
