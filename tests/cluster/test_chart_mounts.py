"""The Helm chart: whatever file the settings name is mounted; what is not is refused before it runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from tests.cluster.chart import (
    CHART,
    CONFIG,
    EVERYTHING,
    KUBECONFIG,
    ROOT,
    VALUES,
    pod,
    rendered,
    run,
    settings,
    told,
)

from kubeport.application.settings import Settings

PAGE = re.findall(
    r"^```yaml\n(.*?)^```", (ROOT / "docs/how-to/run-on-kubernetes.md").read_text(), re.MULTILINE | re.DOTALL
)
FILES = {"file", "folder", "kubeconfigs", "tls_certificate", "tls_key"}
"""Settings that are paths, beside those that are called so."""


def _paths(found: Settings) -> Iterator[tuple[str, str]]:
    """Each setting that is a path, with it, empty if it is not set."""
    for section, values in attrs.asdict(found).items():
        for name, value in values.items():
            if name in FILES or name.endswith("_file"):
                yield f"{section}.{name}", value


SETTINGS = sorted(name for name, _ in _paths(Settings()))


def _holds(mount: str, path: str) -> bool:
    return path == mount or path.startswith(mount.rstrip("/") + "/")


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_every_path_of_the_settings_is_mounted(helm4: str, values: dict[str, Any], tmp_path: Path) -> None:
    """As the server itself reads them; each mount has its volume, and the audit's can be written."""
    text = rendered(helm4, values)
    container = pod(text)["containers"][0]
    named = {name: path for name, path in _paths(settings(text, tmp_path)) if path}
    named |= {"KUBECONFIG": told(text)["KUBECONFIG"]} if "KUBECONFIG" in told(text) else {}
    volumes = {one["name"] for one in pod(text)["volumes"]}
    for name, path in named.items():
        mounts = [one for one in container["volumeMounts"] if _holds(one["mountPath"], path)]
        assert mounts and mounts[0]["name"] in volumes, (name, path)
        assert bool(mounts[0].get("readOnly")) is (name != "audit.file")
    assert {one["name"] for one in container["volumeMounts"]} == volumes


@pytest.mark.parametrize("shown", PAGE)
def test_the_values_of_the_page_are_taken(helm: str, shown: str, tmp_path: Path) -> None:
    """What the how-to shows can be deployed as it stands, and is understood by the server."""
    settings(rendered(helm, yaml.safe_load(shown)), tmp_path)


def test_all_that_can_be_mounted_is_set(helm4: str, tmp_path: Path) -> None:
    """The values with everything leave no path of a server's unset, but the one of another mode."""
    found = dict(_paths(settings(rendered(helm4, EVERYTHING), tmp_path)))
    assert {name for name, path in found.items() if not path} == {"identity.kubeconfigs"}


def test_each_pod_has_an_audit_of_its_own(helm4: str, tmp_path: Path) -> None:
    """By its name, so that replicas with one volume share no file."""
    found = settings(rendered(helm4, EVERYTHING), tmp_path)
    assert found.audit.file == "/var/lib/kubeport/audit/mcp-0/audit.jsonl"


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_path_that_nothing_mounts_is_refused(helm4: str, setting: str) -> None:
    """With the setting and the path; mounted by other means it is taken; a comment is none."""
    section, _, name = setting.partition(".")
    line = f'[{section}]\n{name} = "/srv/x/y"\n'
    config = CONFIG + line if section != "auth" else CONFIG + f'{name} = "/srv/x/y"\n'
    done = run(helm4, {**KUBECONFIG, "config": config}, "template", "mcp", str(CHART))
    assert done.returncode != 0 and f"config: {name} = /srv/x/y is in no volume" in done.stderr
    extra: dict[str, Any] = {
        "extraVolumes": [{"name": "x", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "x", "mountPath": "/srv/x"}],
    }
    rendered(helm4, {**KUBECONFIG, "config": config, **extra})
    rendered(helm4, {**KUBECONFIG, "config": CONFIG + f'# {name} = "/srv/x/y"\n'})


@pytest.mark.parametrize(
    "line",
    [
        'state = { url_file = "/srv/x/y", secret_file = "/tmp/z" }',
        'security = { level = "write#1", policy_file = "/srv/x/y" } # a comment',
    ],
)
def test_each_path_of_a_line_counts(helm4: str, line: str) -> None:
    """The first of two in a table on one line, and one behind a hash that begins no comment."""
    config = f"{line}\n{CONFIG}"
    done = run(helm4, {**KUBECONFIG, "config": config}, "template", "mcp", str(CHART))
    assert done.returncode != 0 and "= /srv/x/y is in no volume" in done.stderr


def test_an_audit_on_what_is_read_only_is_refused(helm4: str) -> None:
    """A mount that cannot be written to is none for it."""
    config = CONFIG + '[audit]\nfile = "/srv/x/y"\n'
    extra: dict[str, Any] = {
        "extraVolumes": [{"name": "x", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "x", "mountPath": "/srv/x", "readOnly": True}],
    }
    done = run(helm4, {**KUBECONFIG, "config": config, **extra}, "template", "mcp", str(CHART))
    assert done.returncode != 0 and "no volume that can be written to" in done.stderr


STATE = '[state]\nurl_file = "/etc/s/url"\nsecret_file = "/etc/s/secret"\n'
MOUNTED = {
    "extraVolumes": [{"name": "s", "secret": {"secretName": "s"}}],
    "extraVolumeMounts": [{"name": "s", "mountPath": "/etc/s", "readOnly": True}],
}


@pytest.mark.parametrize("more", [{"replicas": 2}, {"autoscaling": {"enabled": True}}])
def test_replicas_share_their_state_or_are_refused(helm: str, more: dict[str, Any]) -> None:
    """By the chart's Secret, or by settings and mounts of one's own."""
    done = run(helm, {**KUBECONFIG, **more}, "template", "mcp", str(CHART))
    assert done.returncode != 0 and "replicas need state that they share" in done.stderr
    rendered(helm, {**KUBECONFIG, **more, "stateSecret": "state"})
    rendered(helm, {**KUBECONFIG, **more, **MOUNTED, "config": CONFIG + STATE})
    one = {"autoscaling": {"enabled": True, "minReplicas": 1, "maxReplicas": 1}}
    rendered(helm, {**KUBECONFIG, **one})
