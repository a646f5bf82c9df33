"""The SDK's own client logs in by what the server says: first to read, and for more when a call needs it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import attrs
import httpx2
import pytest
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl
from tests.adapters.authentication.provider import AUDIENCE, provider

from .conftest import ERAS
from .http_servers import ended, free_port, launched
from .test_authentication import flags

SCALE = {"command": "scale deploy/web --replicas=3 -n shop"}


@attrs.define
class User:
    """Agrees to whatever scope is asked for in the browser, and remembers it; keeps the tokens, too."""

    asked: list[str] = attrs.field(factory=list[str])
    state: str = ""
    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def browse(self, url: str) -> None:
        """Open the page of the provider."""
        given = parse_qs(urlsplit(url).query)
        self.asked.append(given["scope"][0])
        self.state = given["state"][0]

    async def come_back(self) -> AuthorizationCodeResult:
        """With a code, which this provider makes of the scope."""
        return AuthorizationCodeResult(code=self.asked[-1], state=self.state)

    async def get_tokens(self) -> OAuthToken | None:
        """As the SDK's storage."""
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """As the SDK's storage."""
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """As the SDK's storage."""
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """As the SDK's storage."""
        self.client = client_info


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Where a demo server at the level admin is, which says so itself."""
    port = free_port()
    found = f"http://127.0.0.1:{port}/mcp"
    with provider() as idp:
        words = flags(idp, tmp_path, auth__resource=found, auth__audience=AUDIENCE)
        process, _ = launched(("--demo", *words), port=port)
        yield found
        ended(process)


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_client_steps_up_when_a_call_needs_it(url: str, era: str) -> None:
    """It is asked for reading alone at first, once more for the change, and not again after that."""
    user = User()
    about = OAuthClientMetadata(redirect_uris=[AnyUrl("http://127.0.0.1:1/back")], client_name="test")
    login = OAuthClientProvider(url, about, user, user.browse, user.come_back)
    async with httpx2.AsyncClient(auth=login, timeout=30) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=era, cache=None) as client:
            assert not (await client.call_tool("kubectl", {"command": "get pods"})).is_error
            assert user.asked == ["kubeport:read"]
            assert not (await client.call_tool("kubectl_change", SCALE)).is_error
            assert len(user.asked) == 2 and "kubeport:write" in user.asked[1].split()
            assert "kubectl_change" in [tool.name for tool in (await client.list_tools()).tools]
            assert not (await client.call_tool("kubectl_change", SCALE)).is_error
            assert len(user.asked) == 2
