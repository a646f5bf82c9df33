"""The seam: one frozen object that agents embed, MCP serves and tests drive."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Protocol

import attrs

from ..domain.policy import Caller
from ..domain.result import Result
from .continue_output import ContinueOutput
from .describe_command import DescribeCommand
from .explain_command import ExplainCommand, Explanation
from .list_contexts import ListContexts
from .ports import Approver, Progress
from .prompts.prompts import Prompts
from .recording import Recording
from .request import Origin, Request
from .resources.reading import ResourceContent
from .resources.resources import Resources
from .rules import Rules
from .run_command import RunCommand
from .settings import Settings
from .subscriptions.subscriptions import Subscriptions


class Held(Protocol):
    """What the parts of a Kubeport hold together, such as connections."""

    async def aclose(self) -> None:
        """Give it back; may be called twice."""
        ...


@attrs.frozen
class Kubeport:
    """Kubernetes' command-line tools behind a policy.

    The parts are use cases, each a callable object; the methods are shorthands for embedders.
    """

    run: RunCommand
    describe: DescribeCommand
    explain: ExplainCommand
    contexts: ListContexts
    more: ContinueOutput
    rules: Rules
    settings: Settings
    subscriptions: Subscriptions
    resources: Resources
    prompts: Prompts
    recording: Recording
    held: Held | None = None

    async def command(
        self,
        command: str | Sequence[str],
        *,
        context: str = "",
        namespace: str = "",
        timeout: float | None = None,
        manifest: str | None = None,
        caller: Caller = Caller(),
        fold: bool = False,
        whole: bool = False,
        progress: Callable[[Progress], None] | None = None,
        origin: Origin = Origin(),
        scope: str = "",
        approver: Approver | None = None,
    ) -> Result:
        """Run a command line that begins with the tool's name, such as ``kubectl get pods``, or its words.

        Words need no quoting: ``["kubectl", "get", "pods", "-l", selector]`` is four words and the selector,
        whatever stands in that.
        *timeout* is in seconds, *manifest* the text for ``-f -``; *fold*, *whole*, *origin* and
        *scope* as in ``Request``; *approver* is asked in place of the one given to ``live``. Errors are
        part of the result; nothing is raised but cancellation.
        """
        request = Request(
            _line_or_words(command),
            context=context,
            namespace=namespace,
            timeout=timeout,
            manifest=manifest,
            caller=caller,
            fold=fold,
            whole=whole,
            origin=origin,
            scope=scope,
        )
        return await self.run(request, progress, approver)

    async def read(
        self, uri: str, *, caller: Caller = Caller(), origin: Origin = Origin()
    ) -> ResourceContent:
        """What a resource URI such as ``k8s-deployment://prod/web/api`` names; ``?format=yaml`` for YAML.

        Raises:
            KubeportError: as ``ReadResource``.
        """
        return await self.resources.read(uri, caller, origin)

    async def aclose(self) -> None:
        """End whatever is still running, and close all connections, whatever of it fails.

        The object cannot run commands afterwards; others over the same settings can. May be called twice.
        """
        async with AsyncExitStack() as last_comes_first:
            last_comes_first.push_async_callback(self.run.telemetry.aclose)
            if self.held is not None:
                last_comes_first.push_async_callback(self.held.aclose)
            if self.run.audit is not None:
                last_comes_first.push_async_callback(self.run.audit.aclose)
            last_comes_first.push_async_callback(self.run.executor.aclose)
            await self.subscriptions.aclose()

    def check(
        self,
        command: str | Sequence[str],
        *,
        context: str = "",
        namespace: str = "",
        scope: str = "",
        caller: Caller = Caller(),
    ) -> Explanation:
        """What would become of *command*: how it is read, and whether it is allowed."""
        line = _line_or_words(command)
        request = Request(line, context=context, namespace=namespace, scope=scope, caller=caller)
        return self.explain(request)


def _line_or_words(command: str | Sequence[str]) -> str | tuple[str, ...]:
    return command if isinstance(command, str) else tuple(command)
