"""Logs are one line each on stderr, as text or JSON, and hold no secret."""

import hashlib
import json
import logging
from collections.abc import Iterator

import pytest

from kubeport.adapters.logs import configure_logging, without_secrets
from kubeport.application.record import about
from kubeport.application.settings import ServerSettings

TOKEN = "ghp_" + "a1B2c3D4e5" * 4


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """The root logger as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def failing() -> None:
    """An error whose text is a token."""
    try:
        raise ValueError(f"token {TOKEN}")
    except ValueError:
        logging.getLogger("kubeport.test").exception("call with %s failed", TOKEN)


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Time, level, logger and message; the exception behind it; the token in neither."""
    configure_logging(ServerSettings(log_format="text"))
    failing()
    told = capsys.readouterr()
    assert "ERROR" in told.err and "kubeport.test" in told.err and "ValueError" in told.err
    assert TOKEN not in told.err and "<redacted:" in told.err and told.out == ""


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One object a line with the same."""
    configure_logging(ServerSettings(log_format="json"))
    failing()
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert (entry["level"], entry["logger"]) == ("error", "kubeport.test")
    assert "ValueError" in entry["exception"] and TOKEN not in line


def test_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    """What is below the level is not written."""
    configure_logging(ServerSettings(log_level="error"))
    logging.getLogger("kubeport.test").warning("not said")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("level", "said"), [("debug", True), ("info", False)])
def test_how_http_is_served_is_for_who_looks(
    level: str, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The steps of uvicorn's start are told at debug; its warnings always."""
    configure_logging(ServerSettings(log_level=level))
    logging.getLogger("uvicorn.error").info("a step")
    logging.getLogger("uvicorn.error").warning(f"a warning at {level}")  # those alike are told once a minute
    told = capsys.readouterr().err
    assert ("a step" in told) == said and "a warning" in told


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_has_the_id_of_its_call(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """What is logged in the course of a call can be found by its id; what comes after it has none."""
    configure_logging(ServerSettings(log_format=form))
    with about("0198-id"):
        logging.getLogger("kubeport.test").warning("within")
    logging.getLogger("kubeport.test").warning("after")
    within, after = capsys.readouterr().err.splitlines()
    assert "0198-id" in within and "0198-id" not in after


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_ids_of_sessions_are_told_by_their_hash(capsys: pytest.CaptureFixture[str], log_format: str) -> None:
    """As a UUID or as its digits, in messages and exceptions of whoever logs; our request's id stays."""
    configure_logging(ServerSettings(log_format=log_format))
    plain = "b2e1fd549a9b4dea8d1593c95c854076"
    dashed = "B2E1FD54-9A9B-4DEA-8D15-93C95C854076"
    with about("01a2216a-5a6a-7cf6-a94a-e39e15e29c82"):
        logging.getLogger("mcp.server").info(f"Created new transport with session ID: {plain}")
        try:
            raise ValueError(f"/messages/?session_id={plain}&x")
        except ValueError:
            logging.getLogger("mcp.server").exception("Session %s crashed", dashed)
    told = capsys.readouterr().err
    assert plain not in told and dashed not in told
    assert f"session ID: #{hashlib.sha256(plain.encode()).hexdigest()[:16]}" in told
    assert told.count("01a2216a-5a6a-7cf6-a94a-e39e15e29c82") == 2
    digest = "sha256:" + "a" * 64
    assert without_secrets(digest) == digest
