"""Metrics for Prometheus and traces for OpenTelemetry (extras ``metrics`` and ``otlp``)."""

from .metrics import Metrics as Metrics
from .telemetry import MeasuringTelemetry as MeasuringTelemetry
from .tracing import Tracing as Tracing
