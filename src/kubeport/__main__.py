"""``kubeport``: serve MCP, run a command under the policy, ask the policy, show the demo."""

import sys
from typing import TYPE_CHECKING, Any

from . import __version__
from .adapters.cli.arguments import EXIT_USAGE, overrides, parser
from .adapters.cli.ending import ended

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine, Iterator

    from .adapters.config import Configured
    from .application.kubeport import Kubeport
    from .application.settings import Settings


def main(words: list[str] | None = None) -> int:
    """Run the command line; returns the exit code. Imports only what the command needs."""
    return ended(lambda: _dispatch(parser(__version__).parse_args(words)))


def _dispatch(arguments: "argparse.Namespace") -> int:
    if sys.platform == "win32" and arguments.command in ("serve", "run"):
        print("kubeport: on Windows use the container image, or WSL.", file=sys.stderr)
        return EXIT_USAGE
    asked = (arguments.command, getattr(arguments, "question", ""))
    if asked in _WITHOUT_SETTINGS:
        return _WITHOUT_SETTINGS[asked](arguments)
    return _WITH_SETTINGS.get(arguments.command, _ask)(arguments, _configured(arguments))


def _demo(_: "argparse.Namespace") -> int:
    from .adapters.cli.terminal import styled
    from .adapters.mcp.demonstration import demonstrate

    return _asynchronously(demonstrate(styled))


def _completion(arguments: "argparse.Namespace") -> int:
    try:
        import shtab
    except ImportError:
        from .adapters.installation import extra

        told = f"completion needs one more package: {extra('completion')}"
        print(f"kubeport: {told}", file=sys.stderr)
        return EXIT_USAGE
    from .adapters.cli.completing import script

    print(script(shtab, parser(__version__), arguments.shell))
    return 0


def _token(arguments: "argparse.Namespace") -> int:
    from .adapters.authentication import hashed, new_token
    from .adapters.cli import tokens

    return tokens.new(new_token, hashed, arguments)


def _setup(arguments: "argparse.Namespace") -> int:
    from .adapters.config.hosted import check_hosted
    from .adapters.hosts import setup

    return setup(lambda: check_hosted(arguments.config, overrides(arguments)), arguments)


def _grammar(arguments: "argparse.Namespace") -> int:
    from .adapters.cli.policies import grammar

    return grammar(arguments)


def _lint(arguments: "argparse.Namespace") -> int:
    from .adapters.cli.policies import lint_file
    from .adapters.config import read_policy

    return lint_file(read_policy, arguments)


def _check_prompts(arguments: "argparse.Namespace") -> int:
    from .adapters.cli import prompting
    from .adapters.config.prompt_files import read_prompt

    return prompting.check(read_prompt, arguments)


def _configured(arguments: "argparse.Namespace") -> "Configured":
    from .adapters.config import configure

    return configure(arguments.config, overrides(arguments))


def _audit(arguments: "argparse.Namespace", configured: "Configured") -> int:
    from .adapters.audit import reading, rotation, verifying
    from .adapters.audit.seal import Seal
    from .adapters.cli import auditing
    from .adapters.secret_file import secret_text

    def newest(path: str, count: int, follow: bool) -> "Iterator[dict[str, Any]]":
        return reading.newest(path, count, reading.half_a_second if follow else None)

    settings = configured.settings.audit
    log = auditing.Log(settings.file, rotation.all_files, reading.records, newest)
    if arguments.question == "tail":
        return auditing.tail(log, arguments)
    if arguments.question == "show":
        return auditing.show(log, arguments)
    key = secret_text(settings.key_file, 32).encode() if settings.key_file else b""
    lines = verifying.lines_of(log.files(*arguments.files))
    found = verifying.verify(lines, Seal(key), arguments.head, complete=arguments.complete)
    return auditing.verdict(found.as_dict(), arguments)


def _tools(arguments: "argparse.Namespace", configured: "Configured") -> int:
    from .adapters.cli.obtaining import obtain
    from .adapters.subprocess_executor import SubprocessExecutor

    return obtain(SubprocessExecutor(configured.settings.tools.paths).program, arguments)


def _ask(arguments: "argparse.Namespace", configured: "Configured") -> int:
    from .adapters.cli import asking, configuration, policies, running

    if arguments.command == "config":
        return configuration.show(configured.settings, dict(configured.origins), arguments)
    kubeport = _kubeport(arguments, configured.settings)
    if arguments.command == "contexts":
        return running.contexts(kubeport, arguments)
    if arguments.command == "prompts":
        from .adapters.cli import prompting

        shown = {"list": prompting.list_prompts, "show": prompting.show}
        return shown[arguments.question](kubeport, arguments)
    questions = {
        "check": asking.check,
        "explain": asking.explain,
        "test": asking.test,
        "show": policies.show,
    }
    return questions[arguments.question](kubeport, arguments)


def _kubeport(arguments: "argparse.Namespace", settings: "Settings") -> "Kubeport":
    """Live, but for ``policy test``, whose contexts and repositories stand in for real ones."""
    from .containers import in_memory, live

    if getattr(arguments, "question", "") != "test":
        return live(settings)
    from attrs import evolve

    from .adapters.fake_cluster import FakeCluster
    from .application.settings import TargetSettings

    names = _listed(arguments.contexts) or ("default",)
    repositories = _listed(arguments.helm_repos)
    chosen = TargetSettings(settings.target.context or names[0], settings.target.namespace)
    cluster = FakeCluster(contexts=names, repositories=repositories)
    return in_memory(cluster, evolve(settings, target=chosen))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _run(arguments: "argparse.Namespace", configured: "Configured") -> int:
    return _asynchronously(_run_and_close(arguments, configured))


async def _run_and_close(arguments: "argparse.Namespace", configured: "Configured") -> int:
    from .adapters.cli.approving import terminal_approver
    from .adapters.cli.running import run
    from .containers import live

    kubeport = live(_without_stdout(configured.settings), approver=terminal_approver())
    try:
        return await run(kubeport, arguments)
    finally:
        await kubeport.aclose()


def _without_stdout(settings: "Settings") -> "Settings":
    """``audit.stdout`` is a server's: stdout of a command is for what it prints.

    Raises:
        CommandError: the command's record would be kept nowhere.
    """
    from attrs import evolve

    from .domain.errors import CommandError

    audit = settings.audit
    if audit.stdout and not (audit.file or audit.otlp_endpoint):
        raise CommandError("audit.stdout is for kubeport serve.", hint="For run set audit.file, too.")
    return evolve(settings, audit=evolve(audit, stdout=False)) if audit.stdout else settings


def _doctor(arguments: "argparse.Namespace") -> int:
    return _asynchronously(_look_and_close(arguments))


async def _look_and_close(arguments: "argparse.Namespace") -> int:
    from .adapters.cli.doctor import doctor
    from .containers.checkup import checkup

    looked = checkup(lambda: _configured(arguments))
    try:
        return await doctor(looked.kubeport, looked.machine, arguments)
    finally:
        await looked.aclose()


def _serve(arguments: "argparse.Namespace", configured: "Configured") -> int:
    import gc

    from .adapters.cli.terminal import tell_who_types

    settings = configured.settings
    tell_who_types(settings.server.transport)
    from .adapters.logs import configure_logging
    from .adapters.mcp.open_files import raise_open_files
    from .adapters.mcp.server import build_server
    from .containers import live

    configure_logging(settings.server)
    raise_open_files()
    kubeport = _demo_server(settings) if arguments.demo else live(settings)
    server = build_server(kubeport, __version__)
    # what is loaded by now stays: the collector need not look at it again in the middle of a call
    gc.collect()
    gc.freeze()
    if settings.server.transport == "http":
        from .adapters.mcp.http import serve_http
        from .containers.authentication import authenticator
        from .containers.readiness import operations

        known = authenticator(kubeport)
        return _asynchronously(serve_http(server, settings, operations(kubeport, known), known))
    from .adapters.mcp.stdio import serve_stdio

    return _asynchronously(serve_stdio(server))


def _demo_server(settings: "Settings") -> "Kubeport":
    from .adapters.clock import ShiftedClock
    from .adapters.fake_cluster import NOW, shop
    from .containers import in_memory
    from .containers.choices import choose_audit

    # ages are those of the shop, and yet time passes: callers' rates are refilled
    clock = ShiftedClock(NOW)
    audit = choose_audit(settings.audit, settings.server, clock)
    return in_memory(shop(), settings, clock=clock, audit=audit)


def _asynchronously(work: "Coroutine[Any, Any, int | None]") -> int:
    import asyncio

    return asyncio.run(work) or 0


_WITHOUT_SETTINGS: dict[tuple[str, str], "Callable[[argparse.Namespace], int]"] = {
    ("demo", ""): _demo,
    ("completion", ""): _completion,
    ("auth", "token"): _token,
    ("setup", ""): _setup,
    ("policy", "grammar"): _grammar,
    ("policy", "lint"): _lint,
    ("prompts", "check"): _check_prompts,
    ("doctor", ""): _doctor,
}
_WITH_SETTINGS: "dict[str, Callable[[argparse.Namespace, Configured], int]]" = {
    "serve": _serve,
    "audit": _audit,
    "tools": _tools,
    "run": _run,
}

if __name__ == "__main__":
    sys.exit(main())
