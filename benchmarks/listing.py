"""What a model pays for the list of tools."""

import json

from mcp import Client

from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.adapters.mcp.server import build_server
from kubeport.application.settings import SecuritySettings, Settings
from kubeport.containers import in_memory
from kubeport.domain.effect import Level

from .bench import Bench
from .measure import tokens
from .report import Report

_MOST = {Level.READ_ONLY: 1500, Level.WRITE: 2400, Level.ADMIN: 2400}


async def listing(_: Bench, report: Report) -> None:
    """Bytes and tokens of ``tools/list`` at each level."""
    for level, most in _MOST.items():
        text = await _listed(level)
        told = f"{len(text.encode())} bytes; 4 bytes a token (estimate)"
        report.target(f"tools/list, level {level}", tokens(text), "tok", most, told)


async def _listed(level: Level) -> str:
    """The list as compact JSON."""
    settings = Settings(security=SecuritySettings(level=level))
    async with Client(build_server(in_memory(FakeCluster(), settings), "0")) as client:
        listed = await client.list_tools()
    tools = [tool.model_dump(by_alias=True, exclude_none=True) for tool in listed.tools]
    return json.dumps(tools, separators=(",", ":"), ensure_ascii=False)
