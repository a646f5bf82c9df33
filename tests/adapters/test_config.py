"""Settings come in layers, strictly; whatever is not understood refuses to start and says where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.config import configure
from kubeport.application.settings import Settings
from kubeport.domain.effect import Level
from kubeport.domain.errors import CommandError, KubeportError


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment whose configuration folder is empty."""
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}


def write(path: Path, text: str) -> str:
    """A configuration file with *text*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_defaults(home: dict[str, str]) -> None:
    """Without any source the shipped settings are in force."""
    found = configure(environ=home)
    assert found.settings == Settings()
    assert set(found.origins.values()) == {"default"}


def test_each_layer_beats_the_one_before(home: dict[str, str], tmp_path: Path) -> None:
    """Default < file < profile < environment < command line, and origins tell which."""
    file = write(
        tmp_path / "k.toml",
        """
        [security]
        level = "write"
        [limits]
        timeout = 10
        max_timeout = 100
        [target]
        context = "file"
        [profiles.prod.limits]
        timeout = 20
        [profiles.prod.target]
        context = "profile"
        namespace = "profile"
        """,
    )
    environ = {**home, "KUBEPORT_PROFILE": "prod", "KUBEPORT_TARGET_CONTEXT": "environment"}
    found = configure(file, {"limits.timeout": "30"}, environ)
    assert found.settings.security.level is Level.WRITE
    assert found.settings.limits.max_timeout == 100.0
    assert found.settings.limits.timeout == 30.0
    assert found.settings.target.context == "environment"
    assert found.settings.target.namespace == "profile"
    assert found.origins["security.level"] == file
    assert found.origins["limits.timeout"] == "command line"
    assert found.origins["target.context"] == "environment"
    assert found.origins["target.namespace"] == f"{file} [profiles.prod]"
    assert found.origins["server.port"] == "default"


def test_the_file_is_found(home: dict[str, str], tmp_path: Path) -> None:
    """KUBEPORT_CONFIG names it; --config wins over that."""
    one = write(tmp_path / "one.toml", '[target]\ncontext = "one"')
    two = write(tmp_path / "two.toml", '[target]\ncontext = "two"')
    environ = {**home, "KUBEPORT_CONFIG": one}
    assert configure(environ=environ).settings.target.context == "one"
    assert configure(two, environ=environ).settings.target.context == "two"


def test_tool_paths_merge(home: dict[str, str], tmp_path: Path) -> None:
    """A path from the environment joins those of the file."""
    file = write(tmp_path / "k.toml", '[tools.paths]\nhelm = "/a/helm"\nkubectl = "/a/kubectl"')
    environ = {**home, "KUBEPORT_TOOLS_PATHS_KUBECTL": "/b/kubectl"}
    assert configure(file, environ=environ).settings.tools.paths == {
        "helm": "/a/helm",
        "kubectl": "/b/kubectl",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[securty]\nlevel = 'write'", ("no section 'securty'", "Sections:")),
        ("[security]\nlvel = 'write'", ("no setting security.lvel", "level")),
        ("[security]\nlevel = 'root'", ("security.level", "one of read-only, write, admin")),
        ("[security]\nlevel = true", ("security.level", "one of")),
        ("[security]\npipes = 'grep'", ("security.pipes", "a list of texts")),
        ("[security]\npipes = ['rm']", ("security.pipes", "expected some of", "rm")),
        ("[tools]\nenabled = 'kubectl'", ("tools.enabled", "a list of texts")),
        ("[limits]\ntimeout = 'long'", ("limits.timeout", "a number")),
        ("[limits]\ntimeout = true", ("limits.timeout", "a number")),
        ("[limits]\ntimeout = 500", ("limits.timeout", "max_timeout")),
        ("[limits]\noutput_bytes = 1.5", ("limits.output_bytes", "a whole number")),
        ("[limits]\noutput_bytes = 1", ("limits.output_bytes", "1024")),
        (
            "[auth]\nmode = 'jwt'\nresource = 'http://localhost.evil.example/mcp'\nissuer = 'https://i.example'",
            ("resource", "https address"),
        ),
        ("[server]\nallowed_hosts = ['*']", ("server.allowed_hosts", "expected names")),
        ("[server]\nallowed_hosts = ['*.example.com']", ("server.allowed_hosts", "expected names")),
        ("[server]\nallowed_origins = ['https://*']", ("server.allowed_origins", "expected names")),
        ("[server]\ntrusted_proxies = ['*']", ("server.trusted_proxies", "10.0.0.0/8")),
        ("[server]\ntrusted_proxies = ['10.0.0.0/33']", ("server.trusted_proxies", "10.0.0.0/8")),
        ("[server]\nport = 70000", ("server.port", "65535")),
        ("[server]\ntransport = 'carrier pigeon'", ("server.transport", "stdio")),
        ("server = 1", ("server", "section")),
        ("[server", ("not TOML",)),
    ],
)
def test_mistakes_are_told(
    home: dict[str, str], tmp_path: Path, text: str, told: tuple[str, ...]
) -> None:
    """File, key and expectation are in the message."""
    file = write(tmp_path / "k.toml", text)
    with pytest.raises(CommandError) as caught:
        configure(file, environ=home)
    for part in (file, *told):
        assert part in str(caught.value)


def test_mistakes_in_other_layers(home: dict[str, str], tmp_path: Path) -> None:
    """The variable, the option, a missing file and a missing profile are named."""
    cases: list[tuple[str | None, dict[str, str], dict[str, str], str]] = [
        (None, {}, {"KUBEPORT_LIMITS_TIMEOUT": "x"}, "KUBEPORT_LIMITS_TIMEOUT"),
        (None, {}, {"KUBEPORT_NONSENSE": "x"}, "KUBEPORT_NONSENSE"),
        (None, {"limits.nonsense": "1"}, {}, "--set limits.nonsense"),
        (str(tmp_path / "none.toml"), {}, {}, "none.toml"),
        (None, {}, {"KUBEPORT_PROFILE": "prod"}, "prod"),
        (write(tmp_path / "k.toml", "[target]"), {}, {"KUBEPORT_PROFILE": "prod"}, "no profile"),
    ]
    for path, overrides, environ, told in cases:
        with pytest.raises(CommandError, match="(?s)" + told):
            configure(path, overrides, {**home, **environ})


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4))
def test_any_override_is_taken_or_refused(overrides: dict[str, str]) -> None:
    """No text on the command line raises anything but our own error."""
    try:
        configure("/dev/null", overrides, {})
    except KubeportError as error:
        assert str(error)
