"""Writes the corpus lines as seeds for the fuzzer: one file a line, the tool in the first byte."""

import json
import sys
from pathlib import Path

from kubeport.domain.errors import TOOLS

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"


def main(folder: Path) -> None:
    """Write the seeds into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            tool = bytes([TOOLS.index(row["tool"])])
            (folder / row["id"]).write_bytes(tool + row["command"].encode("utf-8", "replace"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
