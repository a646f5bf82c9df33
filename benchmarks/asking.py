"""What each client of a crowd asks: it knows the answer, tries what is others', and says what was right."""

import json
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import httpx2
from mcp import Client

_NAMES = re.compile(r"\b(?:c\d+m|caller-\d+|team-\d+)\b")
_KEPT = 20
_GONE = "There is no output behind this handle"


@attrs.define
class Known:
    """What all clients know of one another: handles of kept output and live sessions, by caller."""

    handles: dict[str, list[str]] = attrs.field(factory=dict[str, list[str]])
    sessions: dict[str, set[str]] = attrs.field(factory=dict[str, set[str]])

    def kept(self, caller: str, handle: str) -> None:
        """Remember a handle; the newest are the ones that are still good."""
        mine = self.handles.setdefault(caller, [])
        mine.append(handle)
        del mine[:-_KEPT]


@attrs.frozen
class Asking:
    """One client: its *caller*, a *mark* that nobody else asks for, and how it is connected."""

    caller: str
    mark: str
    client: Client
    http: httpx2.AsyncClient
    url: str
    known: Known
    chance: random.Random

    def own(self, text: str, *names: str) -> bool:
        """Whether *text* names this client and *names*, and nobody else."""
        return set(_NAMES.findall(text)) == {self.mark, *names}

    async def kubectl(self, command: str, **more: str) -> dict[str, Any]:
        """The structured answer of a call."""
        return content(await self.client.call_tool("kubectl", {"command": command, **more}))

    def others(self, of: dict[str, Any]) -> list[str]:
        """What is not this caller's."""
        return [one for name, several in of.items() if name != self.caller for one in several]


Ask = Callable[[Asking], Awaitable[bool]]


def content(answer: Any) -> dict[str, Any]:
    """The structure of an answer."""
    return answer.structured_content or {}


async def stolen(asking: Asking) -> bool:
    """Another caller's handle is answered as one that never was."""
    others = asking.others(asking.known.handles)
    if not others:
        return True
    found = await asking.client.call_tool("more", {"handle": asking.chance.choice(others)})
    told = content(found)
    return _GONE in str(told.get("error")) and not told["output"]


async def intruded(asking: Asking) -> bool:
    """A live session of another caller is not found."""
    others = asking.others(asking.known.sessions)
    if not others:
        return True
    headers = {
        "Mcp-Session-Id": asking.chance.choice(others),
        "MCP-Protocol-Version": "2025-11-25",
        "Accept": "application/json, text/event-stream",
    }
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    return (await asking.http.post(asking.url, json=message, headers=headers)).status_code == 404


async def helped(asking: Asking) -> bool:
    """The help of a command, which needs no cluster."""
    answer = await asking.client.call_tool("help", {"tool": "kubectl", "command": "rollout status"})
    return "rollout" in str(content(answer).get("output"))


async def _contexts(asking: Asking, expected: str) -> bool:
    rows = content(await asking.client.call_tool("contexts", {})).get("contexts", [])
    return [row["name"] for row in rows] == [expected]


async def _kept(asking: Asking, command: str, names: tuple[str, ...], **more: str) -> bool:
    """A long output to its end, each part with what is one's own and nothing else's."""
    found = await asking.kubectl(command, **more)
    handle = found.get("continuation")
    right = bool(handle) and asking.own(str(found.get("output")), *names)
    while handle:
        asking.known.kept(asking.caller, handle)
        rest = content(await asking.client.call_tool("more", {"handle": handle}))
        right = right and asking.own(str(rest.get("output")), *names)
        handle = rest.get("continuation")
    return right


# the shop in memory


async def shop_read(asking: Asking) -> bool:
    """One of the commands, with pipes, whose output is known."""
    mark = asking.mark
    failure = f"{mark} POST /checkout 503 1ms: no endpoint of checkout is ready\n"
    known = {
        f"get deploy web -n shop -o jsonpath='{mark} {{.metadata.name}}'": f"{mark} web",
        f"get deploy web -n shop -o name | sed s/web/{mark}/": f"deployment.apps/{mark}\n",
        f"logs deploy/web -n shop | sed s/ERROR/{mark}/ | grep {mark}": failure,
        "describe deploy checkout -n shop | grep -c Image": "1\n",
        f"get nodes -o name | head -n 1 | sed s/.*/{mark}/ | tr c x": f"x{mark[1:]}\n",
    }
    command = asking.chance.choice(list(known))
    return (await asking.kubectl(command)).get("output") == known[command]


async def shop_kept(asking: Asking) -> bool:
    """All pods at length."""
    line = f"{asking.mark} {{.metadata}}{{.spec}}{{.status}}"
    command = f"get pods -n shop -o jsonpath='{{range .items[*]}}{line}{{\"\\n\"}}{{end}}'"
    return await _kept(asking, command, ())


async def shop_resource(asking: Asking) -> bool:
    """A resource, whose health is known."""
    (text,) = (await asking.client.read_resource("k8s-deployment://demo/shop/checkout")).contents
    found: dict[str, Any] = json.loads(getattr(text, "text", "{}"))
    return found.get("name") == "checkout" and found["health"]["status"] == "failed"


async def shop_contexts(asking: Asking) -> bool:
    """The only one."""
    return await _contexts(asking, "demo")


# a kubectl that prints its arguments; each caller has one context, and is impersonated


def _team(asking: Asking) -> str:
    return asking.caller.replace("caller", "team")


async def printed(asking: Asking) -> bool:
    """The program is run for this caller, in its context."""
    team = _team(asking)
    found = await asking.kubectl(f"get pods {asking.mark} | grep pods | head -n 1", context=team)
    return asking.own(str(found.get("output")), asking.caller, team)


async def printed_kept(asking: Asking) -> bool:
    """The same at length."""
    team = _team(asking)
    command = f"get pods {asking.mark} -o yaml"
    return await _kept(asking, command, (asking.caller, team), context=team)


async def others_context(asking: Asking) -> bool:
    """Another caller's context is not there."""
    other = asking.chance.choice([f"team-{n}" for n in range(8) if f"team-{n}" != _team(asking)])
    found = await asking.kubectl(f"get pods {asking.mark}", context=other)
    error: dict[str, Any] = found.get("error") or {}
    return error.get("code") == "CONTEXT_NOT_FOUND" and not found["output"]


async def own_contexts(asking: Asking) -> bool:
    """One's own and no other."""
    return await _contexts(asking, _team(asking))


SHOP: tuple[Ask, ...] = (
    shop_read, shop_read, shop_read, shop_kept, shop_resource, shop_contexts, helped, stolen, intruded,
)  # fmt: skip
PROGRAM: tuple[Ask, ...] = (printed, printed, printed_kept, others_context, own_contexts, stolen, intruded)
