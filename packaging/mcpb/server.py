"""What a desktop host starts: Kubeport over stdio."""

import sys

from kubeport.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["serve"]))
