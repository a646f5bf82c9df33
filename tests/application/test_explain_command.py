"""Explaining a command: how it is read, what it needs, what decided; nothing is run."""

import pytest

from kubeport.adapters.manifest import YamlManifest
from kubeport.application.explain_command import ExplainCommand
from kubeport.application.request import Request
from kubeport.application.rules import Rules
from kubeport.application.settings import Settings
from kubeport.domain.context import Kubeconfig
from kubeport.domain.policy import BUILT_IN

from .scripted import ONE, Repositories, contexts_of


def explain(known: Kubeconfig = ONE, level: str = "read-only") -> ExplainCommand:
    """The use case under the built-in policy of *level*."""
    rules = Rules(lambda: BUILT_IN[level], Repositories(), Settings())
    return ExplainCommand(contexts_of(known, rules, Settings()), YamlManifest(), rules, Settings())


def test_an_allowed_command() -> None:
    """Stages with verb path, flags, subjects and the argv that would run."""
    told = explain()(Request("kubectl get deploy/web -o yaml | grep image")).as_dict()
    assert told["allowed"] and told["effect"] == "read" and told["rule"] == "read-only"
    first, second = told["stages"]
    assert first["command"] == "kubectl get" and first["subjects"] == ["deployments/web"]
    assert first["flags"] == {"output": "yaml"}
    assert "--context=dev" in first["argv"] and second["filter"] == "grep"


def test_a_refused_command() -> None:
    """The level that would allow it, the error with its pointer, and no argv."""
    told = explain()(Request("kubectl delete pod web")).as_dict()
    assert not told["allowed"] and told["level"] == "admin"
    assert told["error"]["code"] == "POLICY_DENIED" and "^" in told["error"]["message"]
    assert "argv" not in told["stages"][0]


def test_a_command_that_cannot_be_read() -> None:
    """Only the error is there."""
    told = explain()(Request("kubectl get pods; id")).as_dict()
    assert told == {"allowed": False, "error": told["error"]}
    assert told["error"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(("known", "code"), [(ONE, "CONTEXT_NOT_FOUND"), (Kubeconfig(), "")])
def test_contexts(known: Kubeconfig, code: str) -> None:
    """An unknown context is refused; a machine without any kubeconfig can still ask the policy."""
    found = explain(known)(Request("kubectl get pods --context=prod"))
    assert found.allowed is (code == "")
    assert (found.error.code if found.error else "") == code


def test_without_a_kubeconfig_every_namespace_is_still_every_namespace() -> None:
    """The stand-in for a context goes the same way as a real one: ``-A`` stays ``-A``."""
    found = explain(Kubeconfig())(Request("kubectl get pods -A"))
    assert found.allowed and found.target is not None and found.target.all_namespaces
    assert not any("context" in word for word in found.as_dict()["stages"][0]["argv"])
