"""`banjie dispose`: erasing what a case held when its retention has ended, with the approval of its head.

Two people prove who they are: the archivist who asks and the head who approves. There is no way to do it for
many cases at once: each disposition is somebody's decision.
"""

from __future__ import annotations

import click

from engine.casework import dispositions
from engine.errors import said
from web.cli.door import Door, acting, main, pass_door
from web.cli.proving import cases_asked


@main.command()
@click.argument("target")
@click.option(
    "--approved-by", "approver", metavar="LOGIN", required=True, help="The head; asked for a password too."
)
@click.option("--basis", required=True, help="On what the approval rests: the list it stands in, its number.")
@acting
@pass_door
def dispose(door: Door, target: str, approver: str, basis: str, login: str | None) -> None:
    """Erase the data of a case (its number or id) whose retention has ended; its heads and digests stay."""
    house = door.house
    with house.store.reading() as connection:
        row = cases_asked(connection, target)[0]
    actor, second = door.actor(login), door.reviewer(approver)
    made = dispositions.dispose(house.runtime, row.case_id, actor, second, basis)
    data = {
        "case": made.number,
        "entries": made.entries,
        "files": made.files,
        "kept_until": made.kept_until.isoformat(),
    }
    done = said(
        "{case}, kept until {kept_until}: the data of {entries} entries and {files} files are gone; "
        "the chain and its digests stay. Backups made earlier still hold them.",
        **data,
    )
    door.show(data, [done])
