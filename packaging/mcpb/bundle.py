"""Write the .mcpb bundle: the same bytes from the same files, whenever and wherever it is made."""

import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
FILES = ("manifest.json", "pyproject.toml", "server.py")


def bundle(to: Path) -> None:
    """Put FILES into *to*, in this order, with one date and one mode."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(to, "w") as archive:
        for name in FILES:
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, so that the mode counts, and on every machine
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, (HERE / name).read_bytes())  # stored: no zlib version tells


if __name__ == "__main__":
    bundle(Path(sys.argv[1]))
