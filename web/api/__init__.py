"""The REST interface: the same commands as the pages, for machines; described by /api/openapi.json.

Called by scripts, job workers and other systems with an access token. Every endpoint is declared once in
`endpoints`; the description and the checks of what is sent come from that declaration.
"""

from web.api.room import room

__all__ = ["room"]
