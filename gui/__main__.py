"""``python -m gui`` is ``haproxy-setup``."""

import sys

from gui.launcher import main

if __name__ == "__main__":
    sys.exit(main())
