"""The words of the command line; nothing heavy is imported to answer --help or --version."""

import argparse
import re
from typing import Any

from .words import Line, Parser

Commands = Any  # argparse gives the type of its subparsers no public name

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_TIMEOUT = 124

_SCOPE = "instead of both: a resource URI, such as k8s-namespace://prod/web"
TOOL_NAMES = ("kubectl", "helm", "istioctl", "argocd")
LEVELS = ("read-only", "write", "admin")


def parser(version: str) -> argparse.ArgumentParser:
    """The parser of ``kubeport``."""
    root = Parser(
        "kubeport",
        description="Kubernetes' command-line tools behind a policy, for AI assistants.",
        epilog="Exit codes: 0 success, 1 failed, 2 usage or configuration, 3 refused, 124 timed out, "
        "130 stopped by Ctrl-C, 141 nobody read the output to its end; `run` passes on the exit code of the "
        "command.",
    )
    root.add_argument("--version", action="version", version=f"kubeport {version}")
    commands: Commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = _shared()
    _serve(commands, shared)
    _run(commands, shared)
    _policy(commands, shared)
    contexts = commands.add_parser("contexts", parents=[shared], help="list the contexts of the kubeconfig")
    contexts.add_argument("--names", action="store_true", help="print the names alone")
    _json(contexts)
    _auth(commands, shared)
    _prompts(commands, shared)
    _config(commands, shared)
    doctor = commands.add_parser("doctor", parents=[shared], help="what of this machine can be used")
    told = "ask these clusters only (default: all, as far as twenty)"
    doctor.add_argument("names", metavar="CONTEXT", nargs="*", help=told)
    _json(doctor)
    _setup(commands, shared)
    _tools(commands, shared)
    _audit(commands, shared)
    completion = commands.add_parser("completion", help="print the completion script of a shell")
    shells = ("bash", "zsh", "fish", "tcsh")
    completion.add_argument("shell", choices=shells, help="put it where the shell looks")
    commands.add_parser("demo", help="show the main job on an in-memory cluster; needs no cluster")
    return root


def overrides(arguments: argparse.Namespace) -> dict[str, str]:
    """The settings named on the command line: ``section.key`` → text.

    Raises:
        ValueError: a ``--set`` is not ``SECTION.KEY=VALUE``.
    """
    found = dict[str, str]()
    for pair in arguments.set:
        name, equals, text = pair.partition("=")
        if not equals or "." not in name:
            raise ValueError(f"--set {pair}: expected SECTION.KEY=VALUE, such as limits.timeout=60")
        found[name] = text
    for option, name in SHORTHANDS.items():
        value = getattr(arguments, option, None)
        if value is not None:
            found[name] = str(value)
    return found


SHORTHANDS = {
    "level": "security.level",
    "transport": "server.transport",
    "host": "server.host",
    "port": "server.port",
    "log_level": "server.log_level",
}


def _shared() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("settings")
    group.add_argument("--config", metavar="FILE", help="configuration file (TOML)")
    told = "one setting; repeatable"
    group.add_argument("--set", metavar="SECTION.KEY=VALUE", action="append", default=[], help=told)
    group.add_argument("--level", choices=LEVELS, help="built-in policy (security.level)")
    return shared


def _questions(commands: Commands, name: str, told: str) -> Commands:
    """The command *name*, which is *told* to be a family of questions."""
    return commands.add_parser(name, help=told).add_subparsers(
        dest="question", required=True, metavar="COMMAND"
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _serve(commands: Commands, shared: argparse.ArgumentParser) -> None:
    serve = commands.add_parser("serve", parents=[shared], help="serve MCP")
    serve.add_argument("--demo", action="store_true", help="serve an in-memory cluster")
    serve.add_argument("--transport", choices=("stdio", "http"))
    serve.add_argument("--host", help="loopback address to listen on (http)")
    serve.add_argument("--port", type=int, help="port to listen on (http)")
    serve.add_argument("--log-level", choices=("debug", "info", "warning", "error"))


HOST_NAMES = ("claude-desktop", "claude-code", "vscode", "cursor", "windsurf", "gemini-cli", "codex")


def _setup(commands: Commands, shared: argparse.ArgumentParser) -> None:
    setup = commands.add_parser("setup", parents=[shared], help="add Kubeport to an MCP host's configuration")
    setup.add_argument("host", choices=HOST_NAMES, metavar="HOST", help=", ".join(HOST_NAMES))
    setup.add_argument("--write", action="store_true", help="merge it into the host's file")
    setup.add_argument("--file", metavar="FILE", help="another file than the host's usual one")
    setup.add_argument("--name", default="kubernetes", help="the server's name there (default: kubernetes)")
    told = "how the host starts it; uvx takes it from where this installation came from"
    setup.add_argument("--via", choices=("path", "uvx"), default="path", help=told)
    setup.add_argument("--url", help="a server that runs already, instead of one that the host starts")


def _run(commands: Commands, shared: argparse.ArgumentParser) -> None:
    run = commands.add_parser("run", parents=[shared], help="run one command under the policy")
    _line(run)
    run.add_argument("--context", default="")
    run.add_argument("--namespace", default="")
    run.add_argument("--scope", default="", metavar="URI", help=_SCOPE)
    run.add_argument("--timeout", type=float, metavar="SECONDS")
    run.add_argument("--manifest", metavar="FILE", help="the manifest for -f -; - reads standard input")
    _json(run)


def _line(parser: argparse.ArgumentParser) -> None:
    told = 'such as "kubectl get pods -n web"; without quotes all that follows belongs to it'
    parser.add_argument("line", metavar="COMMAND", action=Line, help=told)


def _policy(commands: Commands, shared: argparse.ArgumentParser) -> None:
    policy = _questions(commands, "policy", "ask the policy")
    for name, told in (("check", "allowed or refused"), ("explain", "how a command is read and judged")):
        asked = policy.add_parser(name, parents=[shared], help=told)
        _line(asked)
        asked.add_argument("--context", default="")
        asked.add_argument("--namespace", default="")
        asked.add_argument("--scope", default="", metavar="URI", help=_SCOPE)
        _json(asked)
    test = policy.add_parser("test", parents=[shared], help="hold the policy against what is expected")
    test.add_argument("files", metavar="FILE.jsonl", nargs="+")
    test.add_argument("--contexts", default="", metavar="A,B", help="contexts that exist")
    test.add_argument("--helm-repos", default="", metavar="C,D", help="chart repositories that exist")
    show = policy.add_parser("show", parents=[shared], help="print the policy in force, as TOML")
    show.add_argument("name", nargs="?", choices=LEVELS, help="a built-in policy instead")
    lint = policy.add_parser("lint", parents=[shared], help="look for mistakes in a policy file")
    lint.add_argument("file", metavar="FILE.toml")
    _json(policy.add_parser("grammar", parents=[shared], help="the tools, versions and commands covered"))


def _auth(commands: Commands, shared: argparse.ArgumentParser) -> None:
    auth = _questions(commands, "auth", "tokens for auth.mode = tokens")
    token = auth.add_parser("token", parents=[shared], help="a new token, and the lines for auth.tokens_file")
    token.add_argument("name", metavar="NAME", help="whose it is")
    token.add_argument("--group", action="append", default=[], metavar="GROUP", help="repeatable")
    token.add_argument(
        "--scope", choices=("read", "write", "admin"), default="read", help="what it grants (default: read)"
    )
    token.add_argument(
        "--days", type=_days, default=0, metavar="N", help="good for N days (default: for ever)"
    )
    _json(token)


def _days(text: str) -> int:
    """A number of days, 1 to 3650: a slip must not make a token that never ends."""
    if not (re.fullmatch(r"[0-9]{1,4}", text) and 1 <= int(text) <= 3650):
        raise argparse.ArgumentTypeError(f"expected 1 to 3650 days, not {text!r}")
    return int(text)


def _prompts(commands: Commands, shared: argparse.ArgumentParser) -> None:
    prompts = _questions(commands, "prompts", "the prompts that hosts offer")
    _json(prompts.add_parser("list", parents=[shared], help="name and title of each"))
    show = prompts.add_parser("show", parents=[shared], help="arguments, what is read, and the text")
    show.add_argument("name", metavar="NAME")
    _json(show)
    check = prompts.add_parser("check", parents=[shared], help="whether files are prompts")
    check.add_argument("files", metavar="FILE.md", nargs="+")
    _json(check)


def _config(commands: Commands, shared: argparse.ArgumentParser) -> None:
    config = _questions(commands, "config", "look at the settings")
    _json(config.add_parser("show", parents=[shared], help="effective settings, and where each came from"))


def _tools(commands: Commands, shared: argparse.ArgumentParser) -> None:
    tools = _questions(commands, "tools", "the programs that Kubeport runs")
    told = "how to get what is missing; fetches nothing"
    install = tools.add_parser("install", parents=[shared], help=told)
    install.add_argument("name", metavar="TOOL", nargs="?", choices=TOOL_NAMES, help="all, if none")
    _json(install)


def _audit(commands: Commands, shared: argparse.ArgumentParser) -> None:
    audit = _questions(commands, "audit", "look at the records of calls")
    told = "files are followed with their old ones; without any, audit.file is"
    verify = audit.add_parser("verify", parents=[shared], help="whether records were changed or removed")
    verify.add_argument("files", metavar="FILE", nargs="*", help=told)
    verify.add_argument("--head", default="", metavar="HASH", help="a hash noted earlier that must be there")
    verify.add_argument("--complete", action="store_true", help="no old file may have been removed")
    _json(verify)
    tail = audit.add_parser("tail", parents=[shared], help="the newest records; JSON lines in a pipe")
    tail.add_argument("-n", dest="count", type=int, default=10, metavar="N", help="how many (default: 10)")
    tail.add_argument("-f", dest="follow", action="store_true", help="go on with those to come")
    show = audit.add_parser("show", parents=[shared], help="all records of one call")
    show.add_argument("request_id", metavar="REQUEST_ID", help="as in the result of the call")
