"""A call that only the token's scope stands against: HTTP 403 with the scope that is needed (step-up).

The specification's clients then ask their user for more and call again. An answer that has begun has its
status already, so the body is read before anybody else does, and handed on. What is found here decides
nothing: whoever gets past it is judged like everybody else.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

import attrs
from mcp import types as T
from starlette.responses import JSONResponse

from ...application.explain_command import Explanation
from ...application.kubeport import Kubeport
from ...application.record import shown_command
from ...application.recording import Question
from ...application.request import Request
from ...domain.effect import Level
from ...domain.errors import KubeportError
from ...domain.policy import Caller
from ...domain.result import ErrorDetails
from .asgi import App
from .guarding import challenge
from .identity import CALLER_KEY
from .origin import origin_of_scope
from .request_body import Body

_CALL = b'"tools/call"'


@attrs.frozen
class SteppingUp:
    """The ASGI application *app*, of whose calls those that lack a scope are challenged.

    *resource* is the URL that clients use for this server; bodies longer than *most* bytes are left to *app*.
    """

    app: App
    kubeport: Kubeport
    resource: str
    path: str
    most: int

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, connection or the lifespan."""
        caller = scope.get(CALLER_KEY)
        if not isinstance(caller, Caller) or caller.granted is Level.ADMIN or not self._may_call(scope):
            await self.app(scope, receive, send)
            return
        body = Body(receive, self.most)
        call = _call_in(await body.read())
        refused = None if call is None else lacking(self.kubeport, caller, call[1])
        if call is None or refused is None or not await self._on_record(refused, scope):
            await self.app(scope, body, send)
            return
        await self._challenge(call[0], refused, scope, send)

    def _may_call(self, scope: Any) -> bool:
        return (scope["type"], scope.get("method"), scope.get("path")) == ("http", "POST", self.path)

    async def _on_record(self, refused: Explanation, scope: Any) -> bool:
        """Count and keep the refusal; where that cannot be done, the call itself finds out, and says so."""
        request, error = refused.request, refused.error
        assert error is not None and refused.decision is not None
        recording = self.kubeport.recording
        question = Question(
            "tools/call", request.tool, shown_command(request, None), request.scope, request.context,
            request.namespace, request.caller, origin_of_scope(scope), refused.decision.effect.word,
        )  # fmt: skip
        try:
            await self.kubeport.run.rates.admit(request.caller, request.tool)
            now, details = recording.clock.monotonic(), ErrorDetails.of(error)
            await recording.answered(question, recording.request_id(), now, "", details)
        except KubeportError:
            return False
        return True

    async def _challenge(self, name: Any, refused: Explanation, scope: Any, send: Any) -> None:
        assert refused.error is not None and refused.decision is not None
        wanted, details = Level(refused.decision.level).scope, ErrorDetails.of(refused.error)
        told = f"This call needs the scope {wanted}."
        error = {"code": T.INVALID_REQUEST, "message": str(refused.error), "data": details.as_dict()}
        headers = {
            "WWW-Authenticate": challenge(self.resource, wanted, "insufficient_scope", told),
            "Cache-Control": "no-store",
        }
        body = {"jsonrpc": "2.0", "id": name, "error": error}
        await JSONResponse(body, 403, headers)(scope, _nothing, send)


def lacking(kubeport: Kubeport, caller: Caller, params: Mapping[str, Any]) -> Explanation | None:
    """The refusal of a call that the policy would let *caller* make with a scope that its token lacks.

    A manifest is left out of it: what it needs beyond its command is found when the call is made.
    """
    cli = _text(params, "name").removesuffix("_change")
    if cli not in kubeport.settings.tools.enabled:
        return None
    given = params.get("arguments")
    arguments: Mapping[str, Any] = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    place = [_text(arguments, name) for name in ("command", "context", "namespace", "scope")]
    request = Request(place[0], cli, place[1], place[2], caller=caller, scope=place[3])
    found = kubeport.explain(request)
    if found.decision is None or not found.decision.out_of_scope:
        return None
    more = attrs.evolve(caller, granted=Level(found.decision.level))
    decision = kubeport.explain(attrs.evolve(request, caller=more)).decision
    return None if decision is None or decision.refused else found


def _text(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name)
    return found if isinstance(found, str) else ""


def _call_in(body: bytes) -> tuple[Any, Mapping[str, Any]] | None:
    """The id and the parameters of the call in *body*; None where there is none that can be read."""
    if _CALL not in body:
        return None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = cast("dict[str, Any]", message) if isinstance(message, dict) else dict[str, Any]()
    if found.get("method") != "tools/call" or "id" not in found:
        return None
    params = found.get("params")
    return (found["id"], cast("dict[str, Any]", params)) if isinstance(params, dict) else None


async def _nothing() -> Any:
    """What is left of a request that has been read."""
    return {"type": "http.disconnect"}
