"""Where audit records go: a hash-chained file, a stream, a collector by OTLP, several of them, the memory."""

from .copies import CopiedAudit as CopiedAudit
from .file import FileAudit as FileAudit
from .memory import MemoryAudit as MemoryAudit
from .seal import Seal as Seal
from .stream import StreamAudit as StreamAudit
