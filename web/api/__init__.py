"""The REST interface: the same commands as the pages, for machines; described by /api/openapi.json.

Called by scripts, job workers and other systems with an access token. Every endpoint is declared once in
`declarations`; the routes, the checks of what is sent and the description come from that declaration.
"""

from web.api.room import ROOM

__all__ = ["ROOM"]
