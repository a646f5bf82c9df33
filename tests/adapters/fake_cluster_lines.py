"""Running command lines, as Kubeport hands them over, against a cluster in memory."""

import asyncio
import shlex

from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.application.ports import Completed, Job, Limits, Stage

Object = dict[str, object]


def complete(
    cluster: FakeCluster, line: str, stdin: str | None = None, limits: Limits | None = None
) -> Completed:
    """Run *line*; stages are separated by ``|`` between blanks."""
    words = [tuple(shlex.split(stage)) for stage in line.split(" | ")]
    stages = (Stage(words[0]), *(Stage(argv, filter=True) for argv in words[1:]))
    return asyncio.run(cluster.run(Job(stages, limits or Limits(), stdin)))


def output(cluster: FakeCluster, line: str, stdin: str | None = None) -> str:
    """What *line* prints; every stage must succeed."""
    done = complete(cluster, line, stdin)
    assert [stage.exit_code for stage in done.stages] == [0] * len(done.stages), done
    return done.stdout


def failure(cluster: FakeCluster, line: str, stdin: str | None = None) -> str:
    """What *line*, which must fail, says on stderr."""
    done = complete(cluster, line, stdin)
    assert done.stages[0].exit_code > 0, done
    return done.stages[0].stderr


def deployment(name: str, replicas: int = 1, image: str = "nginx:1.27") -> Object:
    """A Deployment as one writes it, without a status."""
    labels = {"app": name}
    containers = [{"name": name, "image": image}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def named(kind: str, name: str, version: str = "v1", **fields: object) -> Object:
    """A small object."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}
