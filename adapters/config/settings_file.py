"""Settings from defaults < file < profile < environment < command line, strictly.

Whatever is not understood refuses to start, and says where it stands and what was expected. Each
value keeps its origin, so that ``kubeport config show`` can print it.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_origin

import attrs
import cattrs

from ...application.settings import Settings
from ...domain.effect import Level
from ...domain.errors import CommandError
from ...domain.nearness import did_you_mean
from .strict import STRICT, as_table, read_toml

Raw = Mapping[str, Mapping[str, Any]]
_PREFIX = "KUBEPORT_"
_TEST_PREFIX = "KUBEPORT_TEST_"  # what the project's own tests are told by
_OWN_VARIABLES = frozenset({"KUBEPORT_CONFIG", "KUBEPORT_PROFILE"})


@attrs.frozen
class Layer:
    """One source of settings: section → key → value as it was written; *origin* names it."""

    origin: str
    values: Raw

    def entries(self) -> Iterator[tuple[str, str, Any]]:
        """Section, key and value, one after the other."""
        for section, keys in self.values.items():
            for key, value in keys.items():
                yield section, key, value


@attrs.frozen
class Configured:
    """The effective settings, and where each value came from (``section.key`` → origin)."""

    settings: Settings
    origins: Mapping[str, str]


def configure(
    path: str | None = None,
    overrides: Mapping[str, str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Configured:
    """The settings in force.

    *path* is the file named on the command line; *overrides* are ``section.key`` → text.

    Raises:
        CommandError: an unknown key or section, a wrong type, a file that cannot be read, an
            unknown profile; the message names the file, the key and what was expected.
    """
    layers = [
        *_file_layers(path, environ),
        _environment_layer(environ),
        _override_layer(overrides or {}),
    ]
    return _merged(layers)


def default_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the configuration lies when nobody names a file: the platform's own folder."""
    home = Path(environ.get("HOME", "~")).expanduser()
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "kubeport" / "config.toml"
    base = environ.get("XDG_CONFIG_HOME") or str(home / ".config")
    return Path(base) / "kubeport" / "config.toml"


def _file_layers(path: str | None, environ: Mapping[str, str]) -> list[Layer]:
    named = path or environ.get("KUBEPORT_CONFIG")
    profile = environ.get("KUBEPORT_PROFILE", "")
    file = Path(named) if named else default_file(environ)
    if not named and not file.exists():
        if profile:
            raise CommandError(
                f"KUBEPORT_PROFILE is {profile!r}, and there is no configuration file.",
                hint=f"Write one at {file}, with a section [profiles.{profile}].",
            )
        return []
    content = read_toml(file)
    profiles = as_table(content.pop("profiles", {})) or {}
    layers = [Layer(str(file), _sections(content, str(file)))]
    if profile:
        if profile not in profiles:
            raise CommandError(
                f"{file}: there is no profile {profile!r}.",
                hint=f"{_among(profile, 'Profiles', profiles)} They are sections [profiles.NAME.…].",
            )
        origin = f"{file} [profiles.{profile}]"
        layers.append(Layer(origin, _sections(profiles[profile], origin)))
    return layers


def _sections(content: object, origin: str) -> Raw:
    table = as_table(content)
    if table is None:
        raise CommandError(f"{origin}: expected a table of sections.")
    sections: dict[str, Mapping[str, Any]] = {}
    for section, value in table.items():
        keys = as_table(value)
        if keys is None:
            raise CommandError(f"{origin}: {section}: expected a section [{section}].")
        sections[section] = keys
    return sections


def _environment_layer(environ: Mapping[str, str]) -> Layer:
    """``KUBEPORT_SECURITY_LEVEL`` is security.level; ``KUBEPORT_TOOLS_PATHS_KUBECTL`` a path."""
    values: dict[str, dict[str, Any]] = {}
    for variable in sorted(environ):
        own = variable in _OWN_VARIABLES or variable.startswith(_TEST_PREFIX)
        if variable.startswith(_PREFIX) and not own:
            section, _, key = variable[len(_PREFIX) :].lower().partition("_")
            _place(values, section, key, environ[variable], variable)
    return Layer("environment", values)


def _override_layer(overrides: Mapping[str, str]) -> Layer:
    values: dict[str, dict[str, Any]] = {}
    for name, text in overrides.items():
        section, _, key = name.partition(".")
        _place(values, section, key, text, f"--set {name}")
    return Layer("command line", values)


def _place(
    values: dict[str, dict[str, Any]], section: str, key: str, text: str, origin: str
) -> None:
    """Put a value that came as text where it belongs, with the type of its field."""
    if section == "tools" and key.startswith(("paths_", "paths.")):
        values.setdefault("tools", {}).setdefault("paths", {})[key[6:]] = text
        return
    field = _field(section, key, origin)
    values.setdefault(section, {})[key] = _typed(field, text, origin)


def _typed(field: "attrs.Attribute[Any]", text: str, origin: str) -> Any:
    try:
        if field.type in (int, float):
            return field.type(text)
    except ValueError as error:
        raise CommandError(f"{origin}: expected {_expectation(field)}, not {text!r}.") from error
    if field.type is bool and text in ("true", "false"):
        return text == "true"
    if get_origin(field.type) is tuple:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _merged(layers: list[Layer]) -> Configured:
    chosen: dict[str, dict[str, Any]] = {}
    origins = {f"{s.name}.{f.name}": "default" for s in attrs.fields(Settings) for f in _fields(s)}
    for layer in layers:
        for section, key, value in layer.entries():
            field = _field(section, key, layer.origin)
            structured = _structured(field, value, f"{layer.origin}: {section}.{key}")
            if (table := as_table(structured)) is not None:
                structured = {**chosen.get(section, {}).get(key, {}), **table}
            chosen.setdefault(section, {})[key] = structured
            origins[f"{section}.{key}"] = layer.origin
    return Configured(_settings(chosen, origins), origins)


def _settings(chosen: Mapping[str, Mapping[str, Any]], origins: Mapping[str, str]) -> Settings:
    parts: dict[str, Any] = {}
    for section in attrs.fields(Settings):
        values = chosen.get(section.name, {})
        try:
            parts[section.name] = _class(section)(**values)
        except ValueError as error:
            key = str(error).split(":", 1)[0]
            origin = origins.get(f"{section.name}.{key}", "settings")
            raise CommandError(f"{origin}: {section.name}.{error}.") from error
    return Settings(**parts)


def _field(section: str, key: str, origin: str) -> "attrs.Attribute[Any]":
    sections = {field.name: field for field in attrs.fields(Settings)}
    if section not in sections:
        raise CommandError(
            f"{origin}: there is no section {section!r}.", hint=_among(section, "Sections", sections)
        )
    fields = {field.name: field for field in _fields(sections[section])}
    if key not in fields:
        raise CommandError(
            f"{origin}: there is no setting {section}.{key}.",
            hint=_among(key, f"Settings of {section}", fields),
        )
    return fields[key]


def _among(word: str, what: str, known: Iterable[str]) -> str:
    """The nearest of *known*, and all of them."""
    return f"{did_you_mean(word, known)} {what}: {', '.join(known) or 'none'}.".lstrip()


def _class(section: "attrs.Attribute[Any]") -> type[Any]:
    found: type[Any] = section.type or object
    return found


def _fields(section: "attrs.Attribute[Any]") -> "tuple[attrs.Attribute[Any], ...]":
    found: tuple[attrs.Attribute[Any], ...] = attrs.fields(_class(section))
    return found


def _structured(field: "attrs.Attribute[Any]", value: Any, where: str) -> Any:
    try:
        return STRICT.structure(value, field.type or object)
    except (ValueError, TypeError, cattrs.BaseValidationError) as error:
        raise CommandError(f"{where}: expected {_expectation(field)}, not {value!r}.") from error


def _expectation(field: "attrs.Attribute[Any]") -> str:
    if field.type is Level:
        return "one of read-only, write, admin"
    if get_origin(field.type) is tuple:
        return "a list of texts"
    if get_origin(field.type) is dict:
        return "a table of texts"
    return {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}.get(
        field.type or str, "a value"
    )
