"""The health of what runs: workloads, jobs and pods."""

from .health import (
    DEGRADED,
    FAILED,
    HEALTHY,
    PROGRESSING,
    SUSPENDED,
    UNKNOWN,
    Health,
    condition,
    is_true,
    told,
)
from .tree import Tree


def deployment(obj: Tree) -> Health:
    """By the rollout's progress first, then by availability."""
    want, status = _wanted(obj), obj.at("status")
    if condition(obj, "Progressing").at("reason").value == "ProgressDeadlineExceeded":
        return Health(FAILED, told(condition(obj, "Progressing")))
    if is_true(obj, "ReplicaFailure"):
        return Health(DEGRADED, told(condition(obj, "ReplicaFailure")))
    if obj.at("spec", "paused").value is True:
        return Health(SUSPENDED, f"The rollout is paused; {_ready(want, status.at('availableReplicas'))}.")
    return _rolled(obj, want, status.at("updatedReplicas"), status.at("availableReplicas"))


def stateful_set(obj: Tree) -> Health:
    """By the revision that is rolled out, then by readiness."""
    status = obj.at("status")
    current, update = status.at("currentRevision").text(), status.at("updateRevision").text()
    updated = status.at("updatedReplicas") if current != update else status.at("replicas")
    return _rolled(obj, _wanted(obj), updated, status.at("readyReplicas"))


def daemon_set(obj: Tree) -> Health:
    """By the nodes that should run a pod and do."""
    status = obj.at("status")
    want = status.at("desiredNumberScheduled").count()
    return _rolled(obj, want, status.at("updatedNumberScheduled"), status.at("numberAvailable"))


def replica_set(obj: Tree) -> Health:
    """By the pods that are ready."""
    if is_true(obj, "ReplicaFailure"):
        return Health(DEGRADED, told(condition(obj, "ReplicaFailure")))
    status = obj.at("status")
    return _rolled(obj, _wanted(obj), status.at("replicas"), status.at("readyReplicas"))


def job(obj: Tree) -> Health:
    """By its end; a job that runs is progressing."""
    if is_true(obj, "Failed"):
        return Health(FAILED, told(condition(obj, "Failed")))
    if is_true(obj, "Complete"):
        return Health(HEALTHY, "It is complete.")
    if obj.at("spec", "suspend").value is True:
        return Health(SUSPENDED)
    active, failed = obj.at("status", "active").count(), obj.at("status", "failed").count()
    return Health(DEGRADED if failed else PROGRESSING, f"{active} active, {failed} failed.")


def cron_job(obj: Tree) -> Health:
    """By being suspended; the jobs themselves tell more."""
    if obj.at("spec", "suspend").value is True:
        return Health(SUSPENDED)
    last = obj.at("status", "lastScheduleTime").text(40)
    return Health(HEALTHY, f"Last run at {last}." if last else "It has not run yet.")


def pod(obj: Tree) -> Health:
    """By its phase and by what its containers wait for."""
    phase = obj.at("status", "phase").text(40)
    stuck = [reason for one in _containers(obj) if (reason := _trouble(one))]
    if phase == "Failed":
        return Health(FAILED, _reason(obj) or ", ".join(stuck))
    if phase == "Succeeded":
        return Health(HEALTHY, "It has completed.")
    if stuck:
        return Health(DEGRADED, "; ".join(stuck))
    if phase == "Pending":
        found = condition(obj, "PodScheduled")
        unplaced = found.at("status").value == "False"
        return Health(DEGRADED if unplaced else PROGRESSING, told(found) if unplaced else "It starts.")
    if phase == "Running":
        ready = is_true(obj, "Ready")
        return Health(HEALTHY) if ready else Health(DEGRADED, told(condition(obj, "Ready")) or "Not ready.")
    return Health(UNKNOWN, _reason(obj))


def _containers(obj: Tree) -> tuple[Tree, ...]:
    status = obj.at("status")
    return (*status.at("initContainerStatuses").items(), *status.at("containerStatuses").items())


def _trouble(container: Tree) -> str:
    """What keeps *container* from running, by its name; empty where nothing does."""
    reason = container.at("state", "waiting", "reason").text(60)
    if reason in ("", "ContainerCreating", "PodInitializing"):
        return ""
    ended = container.at("lastState", "terminated")
    last = f", last exit code {ended.at('exitCode').text(10)}" if ended else ""
    return f"{container.at('name').text(63)}: {reason}{last}"


def _reason(obj: Tree) -> str:
    return told(obj.at("status"))


def _wanted(obj: Tree) -> int:
    asked = obj.at("spec", "replicas")
    return 1 if asked.number() is None else asked.count()


def _rolled(obj: Tree, want: int, updated: Tree, available: Tree) -> Health:
    seen, now = obj.at("status", "observedGeneration"), obj.at("metadata", "generation")
    if seen.number() is not None and seen.count() < now.count():
        return Health(PROGRESSING, "The controller has not seen the last change yet.")
    if not want:
        return Health(HEALTHY, "It is scaled to 0.")
    if updated.count() < want:
        return Health(PROGRESSING, f"{updated.count()} of {want} updated; {_ready(want, available)}.")
    if available.count() < want:
        return Health(DEGRADED, f"{_ready(want, available)}.")
    return Health(HEALTHY, f"{_ready(want, available)}.")


def _ready(want: int, available: Tree) -> str:
    return f"{available.count()} of {want} ready"
