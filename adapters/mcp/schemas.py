"""The JSON Schemas (2020-12) of the tools, written by hand and kept short: a model pays for each word."""

from typing import Any

from ...domain.documentation import SECTIONS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COMMAND: Schema = {"type": "string", "minLength": 1, "maxLength": 32_768}
_SCOPE: Schema = {"type": "string", "description": "or a URI: k8s-namespace://prod/web"}
_PLACE: Schema = {"context": _TEXT, "namespace": _TEXT, "scope": _SCOPE}


def run_input(*, reads: bool) -> Schema:
    """What a tool that runs commands takes; one that *reads* can fold runs of alike lines.

    The bounds of the timeout are the use case's to enforce: here they would cost as much again.
    """
    folding: Schema = {"fold": {"type": "boolean", "description": "fold alike lines"}} if reads else {}
    return _object(
        {
            "command": _COMMAND,
            **_PLACE,
            "timeout": {"type": "number", "description": "seconds"},
            "manifest": {"type": "string", "description": "text for -f -"},
            **folding,
        },
        "command",
    )


MORE: Schema = {
    "type": "object",
    "properties": {"handle": {"type": "string", "maxLength": 64}},
    "required": ["handle"],
    "additionalProperties": False,
}


def help_input(tools: tuple[str, ...]) -> Schema:
    """What ``help`` takes."""
    return _object(
        {
            "tool": {"enum": list(tools)},
            "command": {"type": "string", "maxLength": 200},
            "section": {"enum": list(SECTIONS)},
            "context": _TEXT,
            "scope": _TEXT,
        },
        "tool",
    )


def policy_input(tools: tuple[str, ...]) -> Schema:
    """What ``policy`` takes."""
    return _object({"tool": {"enum": list(tools)}, "command": _COMMAND, **_PLACE}, "tool", "command")


NO_INPUT: Schema = {"type": "object", "properties": {}, "additionalProperties": False}

RESULT: Schema = {
    "type": "object",
    "properties": {
        "status": {"enum": ["success", "error"]},
        "output": _TEXT,
        "exit_code": {"type": "integer"},
        "error": {"type": "object", "required": ["message", "code"]},
        "touched": {"type": "array"},
    },
    "required": ["status", "output"],
}


def _object(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
