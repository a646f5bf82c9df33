"""`python -m docs.generate` writes docs/reference."""

import sys

from .pages import FOLDER, PAGES


def main() -> int:
    """Write every page, and remove what is no page any more."""
    FOLDER.mkdir(exist_ok=True)
    for stale in set(FOLDER.glob("*.md")) - {FOLDER / f"{name}.md" for name in PAGES}:
        stale.unlink()
    for name, write in PAGES.items():
        (FOLDER / f"{name}.md").write_text(write(), encoding="utf-8")
    print(f"{len(PAGES)} pages in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
