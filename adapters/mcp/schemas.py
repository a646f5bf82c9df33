"""The JSON Schemas (2020-12) of the tools, written by hand and kept short: a model pays for each word."""

from typing import Any

from ...application.settings import LimitSettings

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}


def run_input(limits: LimitSettings, *, reads: bool) -> Schema:
    """What a tool that runs commands takes; one that *reads* can fold runs of alike lines."""
    folding: Schema = {"fold": {"type": "boolean", "description": "fold alike lines"}} if reads else {}
    return _object(
        {
            "command": {"type": "string", "minLength": 1, "maxLength": 32_768},
            "context": _TEXT,
            "namespace": _TEXT,
            "timeout": {
                "type": "number",
                "minimum": limits.min_timeout,
                "maximum": limits.max_timeout,
                "description": "seconds",
            },
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
    return _object({"tool": {"enum": list(tools)}, "command": {"type": "string", "maxLength": 200}}, "tool")


def policy_input(tools: tuple[str, ...]) -> Schema:
    """What ``policy`` takes."""
    return _object(
        {
            "tool": {"enum": list(tools)},
            "command": {"type": "string", "minLength": 1, "maxLength": 32_768},
            "context": _TEXT,
            "namespace": _TEXT,
        },
        "tool",
        "command",
    )


NO_INPUT: Schema = {"type": "object", "properties": {}, "additionalProperties": False}

RESULT: Schema = {
    "type": "object",
    "properties": {
        "status": {"enum": ["success", "error"]},
        "output": _TEXT,
        "exit_code": {"type": "integer"},
        "execution_time": {"type": "number"},
        "error": {
            "type": "object",
            "properties": {"message": _TEXT, "code": _TEXT, "details": {"type": "object"}},
            "required": ["message", "code"],
        },
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
