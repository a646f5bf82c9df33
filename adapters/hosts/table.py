"""The hosts that are known: one row each, from their own documentation (looked at in November 2026)."""

from collections.abc import Callable
from pathlib import Path

import attrs


@attrs.frozen
class Place:
    """Where configuration files live: the user's *home*, the *project* folder, and the *platform*.

    *platform* is spelled as ``sys.platform``; *environ* tells moved folders (``XDG_CONFIG_HOME``).
    """

    home: Path
    project: Path
    platform: str = "linux"
    environ: dict[str, str] = attrs.field(factory=dict[str, str])

    @property
    def applications(self) -> Path:
        """Where desktop applications keep their configuration."""
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        if self.platform == "win32":
            return Path(self.environ.get("APPDATA") or self.home / "AppData" / "Roaming")
        return Path(self.environ.get("XDG_CONFIG_HOME") or self.home / ".config")


@attrs.frozen
class Host:
    """One host: the *file* with its servers, the *key* of their table, and the words of an entry.

    *typed* entries say ``"type": "stdio"``; *url_key* is the key of a remote server's address, empty
    where the file takes none. *desktop* marks an application that does not see the shell's PATH.
    """

    name: str
    title: str
    file: Callable[[Place], Path]
    key: str = "mcpServers"
    language: str = "json"
    typed: bool = False
    url_key: str = ""
    desktop: bool = False
    after: str = "Restart the host, or reload its servers."


HOSTS = (
    Host(
        "claude-desktop", "Claude Desktop",
        lambda place: place.applications / "Claude" / "claude_desktop_config.json",
        desktop=True, after="Quit Claude Desktop and start it again.",
    ),
    Host(
        "claude-code", "Claude Code", lambda place: place.project / ".mcp.json",
        typed=True, url_key="url", after="Claude Code asks for approval at its next start in this folder.",
    ),
    Host(
        "vscode", "VS Code", lambda place: place.project / ".vscode" / "mcp.json",
        key="servers", typed=True, url_key="url", desktop=True,
        after="VS Code shows a Start button above the entry.",
    ),
    Host(
        "cursor", "Cursor", lambda place: place.home / ".cursor" / "mcp.json",
        url_key="url", desktop=True,
    ),
    Host(
        "windsurf", "Windsurf", lambda place: place.home / ".codeium" / "windsurf" / "mcp_config.json",
        url_key="serverUrl", desktop=True,
    ),
    Host(
        "gemini-cli", "Gemini CLI", lambda place: place.home / ".gemini" / "settings.json",
        url_key="httpUrl",
    ),
    Host(
        "codex", "Codex", lambda place: _codex(place) / "config.toml",
        key="mcp_servers", language="toml", url_key="url",
    ),
)


def _codex(place: Place) -> Path:
    return Path(place.environ.get("CODEX_HOME") or place.home / ".codex")
