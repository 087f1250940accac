"""`banjie serve` and `banjie beat`: the web server and the heartbeat.

The only place that brings pages, interface and heartbeat into one process.
"""

from __future__ import annotations

import click
from waitress import serve as serve_wsgi

from timers import city
from timers.scheduler import Heartbeat
from web.app import create_app
from web.cli.door import Door, main, pass_door
from web.rooms import ROOMS


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="BANJIE_PORT", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--demo", is_flag=True, help="Load the demo city into an empty database first.")
@click.option("--heartbeat/--no-heartbeat", default=True, help="Drive due moments and jobs in this process.")
@pass_door
def serve(door: Door, port: int, host: str, demo: bool, heartbeat: bool) -> None:
    """Start the web server and the heartbeat."""
    house = door.house
    logins = city.load(house.runtime, door.say) if demo else ()
    door.say(f"\n  http://{host}:{port}/\n")
    for role, login in logins:
        door.say(f"  {role:<24} {login} / {city.PASSWORD}")
    beating = Heartbeat(house.runtime) if heartbeat else None
    if beating:
        beating.start()
    try:
        serve_wsgi(create_app(house, ROOMS), host=host, port=port, threads=12, ident="banjie")
    finally:
        if beating:
            beating.stop()


@main.command()
@pass_door
def beat(door: Door) -> None:
    """Do once what is due: due moments and built-in jobs."""
    door.show({"done": Heartbeat(door.house.runtime).beat()})
