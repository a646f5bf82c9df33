"""A collector of the tests' own, which keeps the traces that it is sent by OTLP."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import attrs


@attrs.define
class Collected:
    """What came in so far at *port*."""

    port: int
    bodies: list[bytes] = attrs.field(factory=list[bytes])

    def spans(self) -> list[Any]:
        """All spans, in the order in which they came."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class _Handler(BaseHTTPRequestHandler):
    bodies: list[bytes]

    def do_POST(self) -> None:
        """Keep one body."""
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def collector() -> Generator[Collected]:
    """One that listens on loopback."""
    bodies = list[bytes]()
    handler = type("Handler", (_Handler,), {"bodies": bodies})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Collected(server.server_port, bodies)
        server.shutdown()
