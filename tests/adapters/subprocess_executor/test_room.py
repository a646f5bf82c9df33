"""Where real programs run: which file, which environment, which folder."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.subprocess_executor.fake_programs import (
    SHELL,
    Report,
    complete,
    job,
    write_program,
)

from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.adapters.subprocess_executor.environment import INHERITED, NEVER
from kubeport.application.ports import Job, Stage
from kubeport.domain.errors import TOOL_NOT_FOUND_MESSAGE, ExecutionFailed, ToolNotFound

FIXED = {
    "LC_ALL": "C.UTF-8",
    "NO_COLOR": "1",
    "GOGC": "200",
    "KUBECTL_KUBERC": "false",
    "HELM_PLUGINS": "/nonexistent",
    "HELM_NO_PLUGINS": "1",
}


def _set_environment(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_a_tool_sees_just_what_is_listed(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every variable of the table is passed on, everything else but the fixed ones is not."""
    listed = {rule.name.replace("*", "ANY"): f"/value of {rule.name}" for rule in INHERITED}
    refused = {rule.name.replace("*", "ANY"): "bad" for rule in NEVER}
    others = {"SECRET": "x", "PYTHONPATH": "x", "KUBECTL_X": "x", "HELM_X": "x", "aws_x": "x"}
    _set_environment(monkeypatch, {**listed, "PATH": "/usr/bin:/bin", **refused, **others})
    monkeypatch.delenv("TMPDIR")
    listed.pop("TMPDIR")
    seen = report(Stage(("kubectl",)))["environment"]
    assert seen == {**listed, "PATH": "/usr/bin:/bin", **FIXED}


@pytest.mark.parametrize("name", ["ARGOCD_AUTH_TOKEN", "MY_PLUGIN_SETTING"])
def test_the_operator_can_name_more(report: Report, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A named variable is passed on, and only then."""
    monkeypatch.setenv(name, "given")
    assert name not in report(Stage(("argocd",)))["environment"]
    assert report(Stage(("argocd",)), name, "NOT_SET")["environment"][name] == "given"


@pytest.mark.parametrize("rule", NEVER, ids=lambda rule: rule.name)
def test_nobody_can_name_what_is_never_passed_on(
    report: Report, monkeypatch: pytest.MonkeyPatch, rule: Any
) -> None:
    """Variables that load code, start programs or bring flags stay out even if named."""
    name = rule.name.replace("*", "NONSENSE")
    monkeypatch.setenv(name, "")
    assert name not in report(Stage(("kubectl",)), name)["environment"]


@pytest.mark.parametrize("name", FIXED)
def test_nobody_can_change_what_is_fixed(report: Report, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The fixed variables win over the server's own."""
    monkeypatch.setenv(name, "other")
    assert report(Stage(("kubectl",)), name)["environment"][name] == FIXED[name]


def test_a_filter_sees_nothing(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text utility gets its locale and no other variable, whatever the operator named."""
    monkeypatch.setenv("NAMED", "x")
    seen = report(Stage(("grep",), filter=True), "NAMED")["environment"]
    assert seen == {"LC_ALL": "C.UTF-8"}


@pytest.mark.parametrize("is_filter", [False, True])
def test_the_folder_is_empty_private_and_goes_away(report: Report, is_filter: bool) -> None:
    """Children run in a session of their own, in an empty folder that only we may enter."""
    seen = report(Stage(("kubectl",), filter=is_filter))
    assert (seen["inside"], seen["mode"], seen["leader"]) == ([], 0o500, True)
    assert not os.path.exists(seen["folder"])


def test_the_folder_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that a cleaner of temporary files took away is replaced."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    executor = SubprocessExecutor({"kubectl": write_program(tmp_path / "kubectl", SHELL)})

    async def main() -> list[int]:
        codes = list[int]()
        for _ in range(2):
            codes.append((await executor.run(job())).stages[0].exit_code)
            for folder in tmp_path.glob("kubeport-*"):
                folder.rmdir()
        await executor.aclose()
        return codes

    assert asyncio.run(main()) == [0, 0]


def test_no_place_for_the_folder_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a temporary folder nothing is run, and the error says what to set."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    executor = SubprocessExecutor({"kubectl": write_program(tmp_path / "kubectl", SHELL)})
    with pytest.raises(ExecutionFailed) as caught:
        complete(executor, job())
    assert "TMPDIR" in caught.value.hint


@pytest.mark.parametrize("place", ["program", "folder", "target", "folder of the target"])
def test_a_program_that_anybody_can_replace_is_refused(tmp_path: Path, place: str) -> None:
    """File and folder, of a link and of what it points to, may not be written by everybody."""
    links, files = tmp_path / "links", tmp_path / "files"
    links.mkdir()
    files.mkdir()
    real = Path(write_program(files / "kubectl", SHELL + "echo ran\n"))
    link = links / "kubectl"
    link.symlink_to(real)
    where = {"program": real, "folder": files, "target": real, "folder of the target": files}[place]
    started = real if place in ("program", "folder") else link
    assert complete(SubprocessExecutor({"kubectl": str(started)}), job()).stdout == "ran\n"
    where.chmod(where.stat().st_mode | 0o002)
    with pytest.raises(ExecutionFailed, match=f"everybody may write to {where}") as caught:
        complete(SubprocessExecutor({"kubectl": str(started)}), job())
    assert caught.value.reason == "unsafe_program"


@pytest.mark.parametrize(
    ("path", "said"),
    [("/no/such/kubectl", " at /no/such/kubectl"), ("bin/kubectl", " at bin/kubectl"), (None, "")],
)
def test_a_missing_tool_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str | None, said: str
) -> None:
    """The message names the program and its configured place, the hint how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    paths = {} if path is None else {"kubectl": path}
    with pytest.raises(ToolNotFound) as caught:
        complete(SubprocessExecutor(paths), job())
    assert caught.value.message == f"The program kubectl is not installed on the server{said}."
    assert "tools.paths" in caught.value.hint


def test_a_missing_filter_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text utility that is not installed is found out before the tool is started."""
    marker = tmp_path / "started"
    path = write_program(tmp_path / "kubectl", SHELL + f"touch {marker}\n")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(ToolNotFound, match="The text utility gawk is not installed"):
        complete(SubprocessExecutor({"kubectl": path}), job("gawk x"))
    assert not marker.exists()


@pytest.mark.parametrize("name", ["bash", "kubectl-x", "./kubectl", "/bin/sh", ""])
def test_only_tools_run_with_credentials(name: str) -> None:
    """A stage that is no filter and no known tool is refused with the literal message."""
    with pytest.raises(ToolNotFound) as caught:
        complete(SubprocessExecutor(), Job((Stage((name,)),)))
    assert caught.value.message == TOOL_NOT_FOUND_MESSAGE


@pytest.mark.parametrize("name", ["./grep", "/bin/grep", "../grep", ""])
def test_a_filter_is_a_bare_name(name: str) -> None:
    """A path is no name of a text utility, even where there is such a file."""
    with pytest.raises(ToolNotFound):
        complete(SubprocessExecutor(), Job((Stage((name,), filter=True),)))


def test_relative_entries_of_path_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in the server's current folder is not found through ``.`` in PATH."""
    write_program(tmp_path / "kubectl", SHELL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", "sub"]))
    with pytest.raises(ToolNotFound):
        SubprocessExecutor().program("kubectl")


def test_a_program_is_looked_up_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later change of PATH does not change which file runs."""
    path = write_program(tmp_path / "kubectl", SHELL)
    monkeypatch.setenv("PATH", str(tmp_path))
    executor = SubprocessExecutor()
    assert executor.program("kubectl") == path
    monkeypatch.setenv("PATH", "/nowhere")
    assert executor.program("kubectl") == path


def test_a_tool_of_our_own_environment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra ``kubectl`` works without an activated environment; PATH comes first, tools only."""
    for folder in ("env", "first"):
        (tmp_path / folder).mkdir(mode=0o755)
    beside = write_program(tmp_path / "env" / "kubectl", SHELL)
    write_program(tmp_path / "env" / "grep", SHELL)
    monkeypatch.setattr("sys.executable", str(tmp_path / "env" / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    assert SubprocessExecutor().program("kubectl") == beside
    with pytest.raises(ToolNotFound):
        SubprocessExecutor().program("grep")
    first = write_program(tmp_path / "first" / "kubectl", SHELL)
    monkeypatch.setenv("PATH", str(tmp_path / "first"))
    assert SubprocessExecutor().program("kubectl") == first


def test_relative_paths_mean_the_servers_folder(
    report: Report, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The tool starts in a folder of its own; KUBECONFIG=a:b is still a and b of the server's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECONFIG", f"a{os.pathsep}/b")
    seen = report(Stage(("kubectl",)))["environment"]
    assert seen["KUBECONFIG"] == f"{tmp_path}/a{os.pathsep}/b"
