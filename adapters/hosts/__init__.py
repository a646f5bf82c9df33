"""MCP hosts: where each keeps its servers, and how Kubeport is added there without harm."""

from .entry import Entry as Entry
from .setup import setup as setup
from .table import HOSTS as HOSTS
from .table import Host as Host
from .table import Place as Place
from .text import merged as merged
from .text import snippet as snippet
from .writing import Written as Written
from .writing import write as write
