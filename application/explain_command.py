"""What Kubeport makes of a command line, and what the policy says to it, without running it."""

from typing import Any

import attrs

from ..domain.context import ContextRef, Kubeconfig, Target
from ..domain.errors import KubeportError
from ..domain.judging import Decision, judge
from ..domain.manifest import ManifestObject
from ..domain.policy import Policy
from ..domain.result import ErrorDetails
from ..domain.tools.grammar import Meaning
from ..domain.understanding import Understood, understand
from .list_contexts import ListContexts
from .ports import KubeconfigReader, ManifestReader
from .request import Request
from .rules import Rules
from .scope import place_of
from .settings import Settings
from .target import placed_flags, reaches_a_context, resolve


@attrs.frozen
class Explanation:
    """How a command was read, and the decision on it.

    *understood* and *decision* are None where the command could not be read or placed; *error*
    then says why. A refusal by the policy is in both *decision* and *error*, and so is the need of an
    approval.
    """

    request: Request
    understood: Understood | None = None
    target: Target | None = None
    decision: Decision | None = None
    error: KubeportError | None = None
    placed: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the command would run, without asking anybody."""
        return self.error is None and self.decision is not None and self.decision.allowed

    def as_dict(self) -> dict[str, Any]:
        """The explanation as JSON values; absent parts are left out."""
        answer: dict[str, Any] = {"allowed": self.allowed}
        if self.decision is not None:
            answer |= {"effect": self.decision.effect.word, "rule": self.decision.rule}
            if self.decision.approval:
                answer["approval"] = self.decision.approval
            if self.decision.level:
                answer["level"] = self.decision.level
        if self.error is not None:
            answer["error"] = ErrorDetails.of(self.error).as_dict()
        if self.understood is not None:
            answer["stages"] = self._stages(self.understood)
        return answer

    def _stages(self, understood: Understood) -> list[dict[str, Any]]:
        call = understood.call
        first = {
            "command": call.command,
            "effect": call.effect.word,
            "flags": {use.flag.name: use.value for use in call.flags},
            "subjects": ["/".join(filter(None, (subject.kind, subject.name))) for subject in call.subjects],
        }
        if self.error is None or (self.decision is not None and self.decision.approval):
            first["argv"] = list(call.argv(*self.placed))
        return [
            first,
            *({"filter": used.name, "argv": list(used.argv)} for used in understood.filters),
        ]


@attrs.frozen
class _StandIn:
    """A kubeconfig of one context, for asking the policy where there is none."""

    only: ContextRef

    def read(self) -> Kubeconfig:
        """That context, which is the current one."""
        return Kubeconfig((self.only,), self.only.name)


@attrs.frozen
class ExplainCommand:
    """Judge a request as ``RunCommand`` would, and stop there."""

    contexts: ListContexts
    manifests: ManifestReader
    rules: Rules
    settings: Settings

    def __call__(self, request: Request, policy: Policy | None = None) -> Explanation:
        """Explain *request* under *policy*, by default the one in force. Raises nothing."""
        found = Explanation(request)
        try:
            understood = understand(request.command, request.tool, self.rules.safeguards())
            found = attrs.evolve(found, understood=understood)
            policy = policy or self.rules.policy()
            target = self._target(understood, request, policy)
            found = self._judged(attrs.evolve(found, target=target), understood, target, policy)
            return self._placed(found, understood, target, policy)
        except KubeportError as error:
            return attrs.evolve(found, error=error)

    def _placed(
        self, found: Explanation, understood: Understood, target: Target, policy: Policy
    ) -> Explanation:
        """*found* with the flags that ``RunCommand`` would place; raises as it does where it may not."""
        call, caller = understood.call, found.request.caller
        if found.decision is not None and found.decision.refused:
            return found
        self.contexts.check_listing(call, caller, policy)
        identity = self.contexts.identities.for_call(call, caller)
        return attrs.evolve(found, placed=placed_flags(call, target, self.settings, identity))

    def _target(self, understood: Understood, request: Request, policy: Policy) -> Target:
        """As ``RunCommand`` resolves it; without any context at all, the one that is named exists."""
        call, caller = understood.call, request.caller
        reader: KubeconfigReader = self.contexts.reader(caller, policy)
        if reaches_a_context(call, self.settings) and not self.contexts.all(caller).contexts:
            flag = call.with_meaning(Meaning.CONTEXT)
            wanted = place_of(request.context, request.namespace, request.scope).context.value
            named = wanted or (flag.value if flag else "") or self.settings.target.context
            reader = _StandIn(ContextRef(named, in_cluster=not named))
        return resolve(call, reader, self.settings, request.context, request.namespace, request.scope)

    def _judged(
        self, found: Explanation, understood: Understood, target: Target, policy: Policy
    ) -> Explanation:
        request = found.request
        decision = judge(
            understood,
            policy,
            target,
            request.caller,
            self.rules.safeguards(charts=understood.charts),
            self._manifest(understood, request.manifest),
        )
        error = None if decision.allowed else decision.error(understood.source)
        return attrs.evolve(found, decision=decision, error=error)

    def _manifest(self, understood: Understood, text: str | None) -> tuple[ManifestObject, ...]:
        if text is None or understood.call.with_meaning(Meaning.MANIFEST) is None:
            return ()
        return self.manifests.read(text)
