"""How commands end in memory: canned failures, hanging, limits, missing programs, separate instances."""

import asyncio
import os
import subprocess
import sys

import pytest
from tests.adapters.fake_cluster_lines import complete, failure, named, output

from kubeport.adapters.fake_cluster import Failure, FakeCluster, shop
from kubeport.application.ports import Job, Limits, Progress, Stage
from kubeport.domain.context import ContextRef
from kubeport.domain.errors import ToolNotFound


@pytest.mark.parametrize(
    ("command", "line", "matches"),
    [
        ("kubectl", "kubectl get pods", True),
        ("kubectl get secrets", "kubectl get --context=demo --output=yaml secrets x", True),
        ("kubectl get secrets", "kubectl get pods", False),
        ("kubectl get --context=demo", "kubectl get --context=demo pods", True),
        ("kubectl get --context=demo", "kubectl get pods", False),
        ("grep", "kubectl get ns | grep -c -- x", True),
    ],
)
def test_failures_match_words_and_flags(command: str, line: str, matches: bool) -> None:
    """A failure is about commands that begin with its words and have its flags, in any stage."""
    done = complete(FakeCluster(failures=[Failure(command, 7, "no\n")]), line)
    assert ((7, "no\n") in [(stage.exit_code, stage.stderr) for stage in done.stages]) is matches


@pytest.mark.parametrize(
    ("canned", "said"),
    [
        (
            Failure.forbidden("kubectl get", "secrets"),
            'secrets is forbidden: User "viewer" cannot list resource "secrets"',
        ),
        (Failure.unauthorized(), "error: You must be logged in to the server (Unauthorized)"),
        (Failure.unreachable(), "The connection to the server demo.invalid:6443 was refused"),
    ],
)
def test_usual_failures_are_worded_as_kubectls(canned: Failure, said: str) -> None:
    """The kinds of failure that diagnosis tells apart."""
    assert said in failure(FakeCluster(failures=[canned]), "kubectl get secrets")


def test_replies_answer_what_cannot_run() -> None:
    """A canned reply stands in for a program in a container."""
    cluster = FakeCluster(replies={"kubectl exec web-0": "root\n"})
    assert output(cluster, "kubectl exec web-0 -- whoami") == "root\n"


def test_a_hanging_command_is_timed_out() -> None:
    """It takes all of its time, which passes at once, and ends by a signal; progress is reported."""
    cluster = FakeCluster(failures=[Failure("kubectl get", stdout="half\n", stderr="waiting\n", hang=True)])
    reports: list[Progress] = []
    job = Job((Stage(("kubectl", "get", "pods")), Stage(("head", "-n", "1"), filter=True)), Limits(2.5))
    done = asyncio.run(cluster.run(job, reports.append))
    assert (done.timed_out, [stage.exit_code for stage in done.stages]) == (True, [-15, -15])
    assert [report.elapsed for report in reports] == [1.0, 2.0, 2.5]
    assert reports[-1].last_stderr == "waiting"


def test_a_hanging_command_can_be_cancelled() -> None:
    """With a real way of waiting the call is pending until it is cancelled."""

    async def run() -> bool:
        cluster = FakeCluster(
            failures=[Failure.hanging("kubectl")], sleep=lambda seconds: asyncio.Event().wait()
        )
        task = asyncio.create_task(cluster.run(Job((Stage(("kubectl", "get", "pods")),))))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        pending = not task.done()
        task.cancel()
        await asyncio.wait([task])
        return pending and task.cancelled()

    assert asyncio.run(run())


def test_too_much_output_ends_the_stages() -> None:
    """A stage that prints more than may be read is ended, and what follows it too."""
    cluster = FakeCluster([named("ConfigMap", "a", data={"k": "v" * 500})])
    done = complete(cluster, "kubectl get cm -o yaml | wc -l", limits=Limits(read_bytes=100))
    assert (done.overflow, [stage.exit_code for stage in done.stages]) == (True, [-15, -15])


def test_long_stderr_keeps_both_ends() -> None:
    """The cause of a failure stands first or last; the middle is left out and counted."""
    cluster = FakeCluster(failures=[Failure("kubectl", stderr="first\n" + "x" * 500 + "\nlast\n")])
    stderr = complete(cluster, "kubectl get pods", limits=Limits(stderr_bytes=40)).stages[0].stderr
    assert stderr.startswith("first\n")
    assert stderr.endswith("\nlast\n")
    assert "[472 bytes left out]" in stderr


@pytest.mark.parametrize("line", ["helm list", "kubectl get pods | nope", "sh -c id"])
def test_programs_can_be_absent(line: str) -> None:
    """A program that is not given, or that no cluster has, is not found; nothing runs then."""
    cluster = FakeCluster(tools=("kubectl",))
    with pytest.raises(ToolNotFound):
        complete(cluster, line)


@pytest.mark.parametrize("contexts", [(), (ContextRef("in-cluster", "shop", in_cluster=True),)])
def test_without_a_current_context(contexts: tuple[ContextRef, ...]) -> None:
    """kubectl then finds no server, unless it runs inside of a cluster."""
    cluster = FakeCluster(contexts=contexts, current="")
    done = complete(cluster, "kubectl get ns -o name")
    if contexts:
        assert "namespace/shop" in done.stdout
    else:
        assert "The connection to the server localhost:8080 was refused" in done.stages[0].stderr


def test_calls_are_kept_and_instances_are_apart() -> None:
    """Each cluster keeps its own jobs and copies of the objects that it was given."""
    given = named("ConfigMap", "a", data={"k": "v"})
    one, two = FakeCluster([given]), FakeCluster([given])
    output(one, "kubectl delete cm a")
    assert (len(one.calls), len(two.calls)) == (1, 0)
    assert one.calls[0].stages[0].argv == ("kubectl", "delete", "cm", "a")
    assert len(two.objects("configmaps")) == 1
    assert given == named("ConfigMap", "a", data={"k": "v"})


def test_objects_come_from_yaml_too() -> None:
    """``from_yaml`` takes a manifest; one that cannot be read is a ValueError."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
    assert output(FakeCluster.from_yaml(text, contexts=("x",)), "kubectl get cm -o name") == "configmap/a\n"
    with pytest.raises(ValueError, match="yaml: line"):
        FakeCluster.from_yaml("a: [")
    with pytest.raises(ValueError, match=r"metadata.name: required"):
        FakeCluster([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}}])


def test_the_same_calls_give_the_same_answers() -> None:
    """No clock and no chance: two clusters answer alike, name for name."""
    lines = [
        "kubectl rollout restart deploy/web",
        "kubectl delete pods --all",
        "kubectl get all -o wide",
        "kubectl events",
    ]
    one, two = shop(), shop()
    assert [output(one, line) for line in lines] == [output(two, line) for line in lines]


def test_import_is_light() -> None:
    """Neither mcp nor yaml is imported with the package."""
    code = (
        "import sys, kubeport.adapters.fake_cluster; print([m for m in ('mcp', 'yaml') if m in sys.modules])"
    )
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=paths, check=True)
    assert done.stdout == "[]\n"
