"""Where the command `banjie` begins: before the product is loaded, an interrupt already ends in words.

Called by the terminal alone. It does nothing but hand over to `web.cli`.
"""

from __future__ import annotations

import importlib
import signal
import sys


def main() -> None:
    """Load the commands and run the one that was typed."""
    try:
        commands = importlib.import_module("web.cli")
    except KeyboardInterrupt:
        sys.stderr.write("\n已中断 · interrupted\n")
        sys.exit(128 + signal.SIGINT)
    commands.main()
