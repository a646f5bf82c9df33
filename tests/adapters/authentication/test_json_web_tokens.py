"""Tokens of an identity provider: good ones are taken, every way of cheating is not, and keys come and go."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import time
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.authentication import JwtAuthenticator, JwtRules, KeySet
from kubeport.adapters.clock import StoppedClock
from kubeport.application.authentication import CannotAuthenticate, TokenRefused

from .provider import AUDIENCE, NOW, Provider, provider


@pytest.fixture
def idp() -> Iterator[Provider]:
    """A provider that listens."""
    with provider() as made:
        yield made


@pytest.fixture
def clock() -> StoppedClock:
    """The time at which the provider's tokens are good."""
    return StoppedClock(NOW)


def authenticator(idp: Provider, clock: StoppedClock, **rules: Any) -> JwtAuthenticator:
    """One for the provider's tokens."""
    return JwtAuthenticator(JwtRules(idp.url, AUDIENCE, **rules), KeySet(idp.url, "", 3600, clock), clock)


@pytest.mark.anyio
@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_good_token_is_taken(idp: Provider, clock: StoppedClock, algorithm: str) -> None:
    """Name, groups, scopes and end come from its claims."""
    idp.add("b", algorithm)
    found = await authenticator(idp, clock).authenticate(idp.token("b"))
    assert (found.name, found.groups, found.scopes) == ("ann", ("team-a",), ("kubeport:read",))
    assert found.expires == NOW + 330
    assert found.issuer == idp.url


CHEATS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 31},
    "used long after its end": {"exp": NOW - 86_400, "iat": NOW - 90_000, "nbf": NOW - 90_000},
    "not valid yet": {"nbf": NOW + 31},
    "from the future": {"iat": NOW + 31},
    "no end": {"exp": None},
    "an end that is no time": {"exp": "never"},
    "another audience": {"aud": "https://other.example/mcp"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "an issuer with a slash more": {"iss": "http://127.0.0.1:1/"},
    "no issuer": {"iss": None},
    "no name": {"sub": None},
    "an empty name": {"sub": " "},
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", CHEATS)
async def test_claims_that_do_not_hold(idp: Provider, clock: StoppedClock, name: str) -> None:
    """Time, audience, issuer and name are checked, each to the letter."""
    with pytest.raises(TokenRefused):
        await authenticator(idp, clock).authenticate(idp.token(**CHEATS[name]))


def part(value: Any) -> str:
    """One part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def claims(idp: Provider) -> dict[str, Any]:
    """Claims that are good."""
    return {"iss": idp.url, "aud": AUDIENCE, "sub": "ann", "exp": NOW + 300}


def unsigned(idp: Provider, algorithm: str) -> str:
    """A token that says it needs no signature."""
    return f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': 'a'})}.{part(claims(idp))}."


def confused(idp: Provider) -> str:
    """A token whose HMAC is made with the public key, which everybody has."""
    _, key = idp.keys["a"]
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'a'})}.{part(claims(idp))}"
    mac = hmac.new(public, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.anyio
async def test_signatures_that_are_none(idp: Provider, clock: StoppedClock) -> None:
    """No signature, one by the public key, one by another key, one of other claims, another kind of token."""
    idp.add("b")
    idp.add("c", "ES256")
    good, other = idp.token("a"), idp.token("b", sub="root")
    head, _, tail = good.split(".")
    with provider() as stranger:
        foreign = stranger.token("a", iss=idp.url)
    tokens = [
        unsigned(idp, "none"), unsigned(idp, "None"), unsigned(idp, "HS256"), confused(idp), foreign,
        f"{head}.{other.split('.')[1]}.{tail}",
        idp.token("a", {"alg": "RS256", "kid": "c"}),
        idp.token("a", {"kid": "b"}),
        idp.token("a", {"kid": "unknown"}),
        idp.token("a", {"typ": "logout+jwt"}),
        idp.token("a", {"crit": ["exp"]}),
        idp.token("a", {"jwk": {"kty": "oct", "k": "AAAA"}, "kid": "x"}),
        good[:-2], good + ".x", "", ".", "..", "a.b.c", "x" * 20_000, good.replace(".", " "),
    ]  # fmt: skip
    taking = authenticator(idp, clock)
    for token in tokens:
        with pytest.raises(TokenRefused):
            await taking.authenticate(token)
    assert (await taking.authenticate(good)).name == "ann"


@given(st.text(max_size=200) | st.binary(max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode() * 3))
def test_any_text_is_refused(text: str) -> None:
    """Nothing but a refusal comes of what is no token."""
    import asyncio

    clock = StoppedClock(NOW)
    keys = KeySet("https://unused.example", "", 3600, clock)
    keys._keys, keys._fetched = {"a": object()}, 0.0  # pyright: ignore[reportPrivateUsage]
    taking = JwtAuthenticator(JwtRules("https://unused.example", AUDIENCE), keys, clock)
    with pytest.raises(TokenRefused):
        asyncio.run(taking.authenticate(text))


@pytest.mark.anyio
async def test_leeway_is_that_of_the_clock(idp: Provider, clock: StoppedClock) -> None:
    """A token is good for the leeway beyond its end, and no second longer."""
    taking, token = authenticator(idp, clock, leeway=30.0), idp.token(exp=NOW + 10)
    clock.advance(39)
    assert (await taking.authenticate(token)).name == "ann"
    clock.advance(1)
    with pytest.raises(TokenRefused, match="expired"):
        await taking.authenticate(token)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "rules", "name", "groups"),
    [
        ({"email": "ann@example.com"}, {"user_claim": "email"}, "ann@example.com", ("team-a",)),
        ({"realm_access": {"roles": ["x", "y"]}}, {"groups_claim": "realm_access.roles"}, "ann", ("x", "y")),
        ({"groups": "Domain Admins"}, {}, "ann", ("Domain Admins",)),
        ({"groups": None}, {}, "ann", ()),
        ({"groups": {"a": 1}}, {}, "ann", ()),
        ({"groups": ["a", 7, None, ""]}, {}, "ann", ("a",)),
    ],
)
async def test_claims_are_found_where_they_are(
    idp: Provider, clock: StoppedClock, changes: dict[str, Any], rules: dict[str, Any], name: str,
    groups: tuple[str, ...],
) -> None:  # fmt: skip
    """Providers name the caller and its groups differently."""
    found = await authenticator(idp, clock, **rules).authenticate(idp.token(**changes))
    assert (found.name, found.groups) == (name, groups)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "changes",
    [
        {"groups": [f"team-{place}" for place in range(501)]},
        {"groups": None, "_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "x"}}},
    ],
)
async def test_too_many_groups_refuse_the_token(
    idp: Provider, clock: StoppedClock, changes: dict[str, Any]
) -> None:
    """Without the rest of them a rule that restricts one would not hold; Entra ID leaves all of them out."""
    taking = authenticator(idp, clock)
    with pytest.raises(TokenRefused, match="more groups than can be told"):
        await taking.authenticate(idp.token(**changes))
    most = [f"team-{place}" for place in range(500)]
    assert (await taking.authenticate(idp.token(groups=most))).groups == tuple(most)


@pytest.mark.anyio
async def test_a_token_may_not_live_too_long(idp: Provider, clock: StoppedClock) -> None:
    """From issue to end, whatever is left; one that does not say when it was issued may be of any age."""
    taking = authenticator(idp, clock, max_lifetime=3600.0)
    assert (await taking.authenticate(idp.token(iat=NOW - 3300))).name == "ann"
    with pytest.raises(TokenRefused, match="lives longer"):
        await taking.authenticate(idp.token(iat=NOW - 3301))
    with pytest.raises(TokenRefused, match="when it was issued"):
        await taking.authenticate(idp.token(iat=None))
    assert (await authenticator(idp, clock).authenticate(idp.token(iat=None))).name == "ann"


@pytest.mark.anyio
async def test_keys_rotate(idp: Provider, clock: StoppedClock) -> None:
    """A new key is found when a token names it; an unknown one makes no storm of requests."""
    taking = authenticator(idp, clock)
    await taking.authenticate(idp.token("a"))
    clock.advance(11)
    idp.add("b")
    del_a = idp.keys.pop("a")
    await taking.authenticate(idp.token("b"))
    idp.keys["a"] = del_a
    asked = idp.requests
    for _ in range(50):
        with pytest.raises(TokenRefused, match="unknown key"):
            await taking.authenticate(idp.token("a"))
    assert idp.requests == asked
    clock.advance(11)
    await taking.authenticate(idp.token("a"))


@pytest.mark.anyio
async def test_a_provider_that_is_down(idp: Provider, clock: StoppedClock) -> None:
    """At the start nobody can be told from anybody; later known keys stay good, for a while."""
    idp.down = True
    taking = authenticator(idp, clock)
    with pytest.raises(CannotAuthenticate):
        await taking.authenticate(idp.token())
    with pytest.raises(CannotAuthenticate):
        await taking.check()
    idp.down = False
    clock.advance(11)
    token = idp.token(exp=NOW + 100_000)
    assert (await taking.authenticate(token)).name == "ann"
    await taking.check()
    idp.down = True
    clock.advance(3500)
    assert (await taking.authenticate(token)).name == "ann"
    clock.advance(200)
    with pytest.raises(CannotAuthenticate):
        await taking.authenticate(token)
    idp.down = False
    clock.advance(11)
    assert (await taking.authenticate(token)).name == "ann"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "a"}]}',
     b'{"keys": [{"kty": "RSA"}]}', b"<html>", b"{" + b" " * 600_000 + b"}"],
)  # fmt: skip
async def test_documents_that_hold_no_keys(idp: Provider, clock: StoppedClock, document: bytes) -> None:
    """A symmetric key in a public document is none, and garbage is an outage."""
    idp.document = document
    with pytest.raises(CannotAuthenticate):
        await authenticator(idp, clock).authenticate(idp.token())


@pytest.mark.anyio
async def test_a_discovery_document_of_another_issuer(idp: Provider, clock: StoppedClock) -> None:
    """RFC 8414 section 3.3: its keys are not taken."""
    rules = JwtRules(idp.url + "/", AUDIENCE)
    taking = JwtAuthenticator(rules, KeySet(idp.url + "/", "", 3600, clock), clock)
    with pytest.raises(CannotAuthenticate):
        await taking.authenticate(idp.token(iss=idp.url + "/"))


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["http://keys.example/jwks", "file:///etc/passwd", "http://localhost.evil.example/"])
async def test_keys_come_over_safe_ways_only(idp: Provider, clock: StoppedClock, url: str) -> None:
    """Somebody on the way could put in keys of their own."""
    with pytest.raises(CannotAuthenticate):
        await KeySet(idp.url, url, 3600, clock).key("a")


def test_our_tokens_are_what_jwt_says() -> None:
    """The provider's tokens are taken by the library alone, so that refusals here are ours."""
    with provider() as idp:
        key = idp.keys["a"][1].public_key()
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        found = jwt.decode(idp.token(), key, ["RS256"], audience=AUDIENCE, options=options)
    assert found["sub"] == "ann"


@pytest.mark.anyio
async def test_a_new_key_while_the_provider_is_down(idp: Provider, clock: StoppedClock) -> None:
    """It may be good: its bearer is not told to log in again, and known keys go on."""
    taking = authenticator(idp, clock)
    await taking.authenticate(idp.token())
    idp.add("new")
    idp.down = True
    clock.advance(11)
    with pytest.raises(CannotAuthenticate):
        await taking.authenticate(idp.token("new"))
    assert (await taking.authenticate(idp.token())).name == "ann"
    idp.down = False
    clock.advance(11)
    assert (await taking.authenticate(idp.token("new"))).name == "ann"


@pytest.mark.anyio
async def test_a_provider_that_hangs(idp: Provider, clock: StoppedClock) -> None:
    """Who has a known key waits a moment; one that trickles is given up, and holds nobody up."""
    keys = KeySet(idp.url, "", 3600.0, clock)
    await keys.key("a")
    over = asyncio.Event()

    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            writer.write(b" ")
            await asyncio.sleep(0.1)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(trickle, "127.0.0.1", 0) as server:
        keys.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"
        clock.advance(400)
        began = time.monotonic()
        assert await keys.key("a") is not None
        assert time.monotonic() - began < 3
        with pytest.raises(CannotAuthenticate):
            await keys.key("unknown")
        assert time.monotonic() - began < 9
        over.set()
        await asyncio.sleep(0.3)
    await keys.aclose()


@pytest.mark.anyio
async def test_probes_do_not_ask_the_provider(idp: Provider, clock: StoppedClock) -> None:
    """However many keys there are, fresh ones are not fetched for a probe."""
    idp.add("b")
    taking = authenticator(idp, clock)
    await taking.check()
    asked = idp.requests
    for _ in range(5):
        clock.advance(11)
        await taking.check()
    assert idp.requests == asked


@pytest.mark.anyio
async def test_metadata_of_oauth_alone(idp: Provider, clock: StoppedClock) -> None:
    """RFC 8414: a provider without OpenID Connect names its keys elsewhere."""
    idp.without_openid = True
    assert (await authenticator(idp, clock).authenticate(idp.token())).name == "ann"


def rows_of(idp: Provider) -> list[Any]:
    """The rows that the provider publishes."""
    return list(json.loads(idp.published())["keys"])


@pytest.mark.anyio
async def test_rows_that_are_no_keys_are_left_out(idp: Provider, clock: StoppedClock) -> None:
    """RFC 7517 section 5: one that is garbled, or of a kind that nobody knows, takes no other down."""
    garbage: list[Any] = [
        None, 7, "x", [], {}, {"kty": 7}, {"kty": "EC", "crv": "P-256", "x": 1, "y": 2, "kid": "e"},
        {"kty": "OKP", "crv": "none", "x": "AA", "kid": "o"},
        {"kty": "RSA", "n": "AA", "e": "AQAB", "kid": "r"},
    ]  # fmt: skip
    idp.document = json.dumps({"keys": [*garbage, *rows_of(idp)]}).encode()
    assert (await authenticator(idp, clock).authenticate(idp.token())).name == "ann"


@pytest.mark.anyio
@pytest.mark.parametrize("what", ["private", "short"])
async def test_keys_that_prove_nothing(idp: Provider, clock: StoppedClock, what: str) -> None:
    """A private key that is published, and one of 1024 bits: whoever wants to can sign with them."""
    size = 2048 if what == "private" else 1024
    key = rsa.generate_private_key(public_exponent=65537, key_size=size)
    algorithms: Any = import_module("jwt.algorithms").get_default_algorithms()
    row = json.loads(algorithms["RS256"].to_jwk(key if what == "private" else key.public_key()))
    idp.document = json.dumps({"keys": [*rows_of(idp), {**row, "kid": "weak"}]}).encode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyJWT says what it thinks of 1024 bits
        token = jwt.encode(jwt.decode(idp.token(), options=UNVERIFIED), key, "RS256", headers={"kid": "weak"})
    taking = authenticator(idp, clock)
    with pytest.raises(TokenRefused):
        await taking.authenticate(token)
    assert (await taking.authenticate(idp.token())).name == "ann"


UNVERIFIED: Any = {"verify_signature": False, "verify_aud": False, "verify_exp": False}
