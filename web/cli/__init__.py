"""The command `banjie`: the operator's and the script's door to the product.

Every act goes through `casework.runtime.handle` as it does from a page; who acts is proven by an access
token (BANJIE_TOKEN) or a password (BANJIE_PASSWORD, else asked for). With `--json` every command prints
one JSON document and nothing else on standard output; progress goes to standard error. The exit status is
0 where all is well, 1 where something is refused or does not hold, 2 where the command was typed wrongly.
"""

from web.cli import (
    definitions,
    disposing,
    explaining,
    exporting,
    papers,
    people,
    proving,
    registry,
    serving,
    tables,
    trying,
    work,
)
from web.cli.door import main

__all__ = [
    "definitions",
    "disposing",
    "explaining",
    "exporting",
    "main",
    "papers",
    "people",
    "proving",
    "registry",
    "serving",
    "tables",
    "trying",
    "work",
]
