"""An identity provider of the tests' own: keys, tokens, and a JWKS endpoint that can be taken away."""

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

import attrs
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

AUDIENCE = "http://127.0.0.1:8080/mcp"
NOW = 1_800_000_000.0


def _made(algorithm: str) -> Any:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@attrs.define(eq=False)
class Provider:
    """Signs tokens with the keys that it publishes at *url*; *requests* counts how often it was asked."""

    url: str = ""
    keys: dict[str, tuple[str, Any]] = attrs.field(factory=dict[str, tuple[str, Any]])
    down: bool = False
    requests: int = 0
    document: bytes | None = None
    without_openid: bool = False

    def add(self, kid: str, algorithm: str = "RS256") -> None:
        """Publish a new key."""
        self.keys[kid] = (algorithm, _made(algorithm))

    def token(self, kid: str = "a", header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A good token of ann's, with *changes* of its claims (None leaves one out) and of its *header*."""
        algorithm, key = self.keys[kid]
        claims: dict[str, Any] = {
            "iss": self.url, "aud": AUDIENCE, "sub": "ann", "groups": ["team-a"], "scope": "kubeport:read",
            "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 300, **changes,
        }  # fmt: skip
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(given, key, algorithm, headers={"kid": kid, **(header or {})})

    def logins(self) -> dict[str, Any]:
        """Where clients log in, for its metadata (RFC 8414)."""
        names = {"authorization": "authorize", "token": "token", "registration": "register"}
        found: dict[str, Any] = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in names.items()}
        return {**found, "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"]}

    def published(self) -> bytes:
        """The document with the public keys."""
        if self.document is not None:
            return self.document
        rows = list[dict[str, Any]]()
        for kid, (algorithm, key) in self.keys.items():
            algorithms: Any = import_module("jwt.algorithms").get_default_algorithms()
            row: dict[str, Any] = json.loads(algorithms[algorithm].to_jwk(key.public_key()))
            rows.append({**row, "kid": kid, "alg": algorithm, "use": "sig"})
        return json.dumps({"keys": rows}).encode()


@contextmanager
def provider() -> Generator[Provider]:
    """A provider with a key ``a``, listening on loopback."""
    made = Provider()
    made.add("a")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The discovery document, or the keys."""
            made.requests += 1
            if made.down or (made.without_openid and "openid" in self.path):
                self.send_error(503)
                return
            found = {"issuer": made.url, "jwks_uri": f"{made.url}/keys", **made.logins()}
            body = json.dumps(found).encode() if "well-known" in self.path else made.published()
            self._answer(200, body)

        def do_POST(self) -> None:
            """A client registers, or has a code for a token; the code is the scope that was agreed to."""
            given = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/register":
                self._answer(201, json.dumps({**json.loads(given), "client_id": "a-client"}).encode())
                return
            (scope,) = parse_qs(given)["code"]
            now = time.time()
            token = made.token(scope=scope, iat=now, nbf=now, exp=now + 300)
            told = {"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": scope}
            self._answer(200, json.dumps(told).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
