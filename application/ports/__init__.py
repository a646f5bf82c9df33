"""What the use cases need from outside, in their own words.

A port belongs to whoever calls it. Adapters and embedders implement these Protocols without
inheriting; the fakes are held to the same contract tests as the real ones.
"""

from .asking import Approver
from .clock import Clock
from .execution import Completed, Executor, Job, Limits, Progress, Sieve, Stage, StageOutcome
from .memory import Once, OutputStore, RateLimits
from .reading import ChartRepositories, KubeconfigReader, ManifestReader
from .telling import AuditSink, CallFacts, Telemetry
from .watching import Change, Watch, Watcher, WatchPlace

__all__ = [
    "Approver",
    "AuditSink",
    "CallFacts",
    "Change",
    "ChartRepositories",
    "Clock",
    "Completed",
    "Executor",
    "Job",
    "KubeconfigReader",
    "Limits",
    "ManifestReader",
    "Once",
    "OutputStore",
    "Progress",
    "RateLimits",
    "Sieve",
    "Stage",
    "StageOutcome",
    "Telemetry",
    "Watch",
    "WatchPlace",
    "Watcher",
]
