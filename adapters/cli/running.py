"""``kubeport run`` and ``kubeport contexts``."""

import argparse
import sys
from pathlib import Path

from ...application.kubeport import Kubeport
from ...application.request import Origin
from ...domain.errors import CommandError
from ...domain.result import Result
from .arguments import EXIT_FAILED, EXIT_REFUSED, EXIT_TIMEOUT
from .terminal import ProgressLine, print_json, progress_line, styled

_REFUSED = frozenset(
    {"VALIDATION_ERROR", "POLICY_DENIED", "APPROVAL_REQUIRED", "CONTEXT_NOT_FOUND", "TOOL_NOT_FOUND"}
)


async def run(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """Run one command line; print its output, remarks on stderr, or the whole result as JSON."""
    line = progress_line()
    try:
        result = await _result(kubeport, arguments, line)
    finally:
        if line is not None:
            line.wipe()
    if arguments.json:
        print_json(result.as_dict())
    else:
        _print(result)
    return exit_code(result)


async def _result(kubeport: Kubeport, arguments: argparse.Namespace, line: ProgressLine | None) -> Result:
    return await kubeport.command(
        arguments.line,
        context=arguments.context,
        namespace=arguments.namespace,
        timeout=arguments.timeout,
        manifest=_manifest(arguments.manifest),
        whole=True,
        progress=line,
        origin=Origin(transport="cli"),
        scope=arguments.scope,
    )


def _manifest(file: str | None) -> str | None:
    if file is None:
        return None
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: cannot be read: {error}.") from error


def _print(result: Result) -> None:
    if result.output:
        print(result.output, end="" if result.output.endswith("\n") else "\n")
    sys.stdout.flush()
    for warning in result.warnings:
        print(warning, file=sys.stderr)
    if result.error is not None:
        error = result.error
        print(styled(f"{error.code}:", "bad", sys.stderr), error.message, file=sys.stderr)
        for told in (error.stderr, error.hint):
            if told:
                print(told, file=sys.stderr)


def exit_code(result: Result) -> int:
    """The command's own exit code; 3 for a refusal, 124 for a timeout, 1 for other failures."""
    if result.error is None:
        return result.exit_code or 0
    if result.error.code in _REFUSED:
        return EXIT_REFUSED
    if result.error.code == "TIMEOUT_ERROR":
        return EXIT_TIMEOUT
    return result.exit_code if result.exit_code and result.exit_code > 0 else EXIT_FAILED


def contexts(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """List the contexts, the current one marked."""
    known = kubeport.contexts()
    if arguments.json:
        print_json(known.as_rows())
        return 0
    if arguments.names:
        for name in known.names:
            print(name)
        return 0
    if not known.contexts:
        told = "No context can be used: set KUBECONFIG, write ~/.kube/config, or let the policy allow one."
        print(told, file=sys.stderr)
        return 0
    width = max(len(name) for name in ("CONTEXT", *known.names))
    print(styled(f"  {'CONTEXT':<{width}}  NAMESPACE", "dim"))
    for ref in known.contexts:
        here = ref.name == known.current
        row = f"{'*' if here else ' '} {ref.name:<{width}}  {ref.namespace or 'default'}"
        print(styled(row, "strong") if here else row)
    return 0
