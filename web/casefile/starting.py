"""What can be applied for, and with which form: catalogue and packages in force today.

Called by the window and by the citizen's pages. Reads the shelf alone.
"""

from __future__ import annotations

from engine.definitions.catalogue import ServiceItem
from engine.definitions.forms import Form
from engine.definitions.packages import Package
from engine.errors import NotFound
from web.house import House
from web.language import _


def items_in_force(house: House) -> list[ServiceItem]:
    """The service items of which cases can be begun, in the order of the catalogue.

    One that has ended is none of them, nor one whose procedure has been withdrawn and has no version left.
    """
    runtime = house.runtime
    with house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        found = runtime.shelf.items(connection, runtime.shelf.newest("catalogue", "catalogue"))
    return [item for item in found.values() if item.active and not _withdrawn(house, item.procedure)]


def _withdrawn(house: House, name: str) -> bool:
    """Whether a procedure had versions and all that have begun are withdrawn today."""
    shelf, today = house.runtime.shelf, house.directory.today()
    versions = shelf.versions("package", name)
    return any(shelf.withdrawn(one) for one in versions) and not any(
        shelf.runs(one, today) for one in versions
    )


def items_applied_for(house: House) -> list[ServiceItem]:
    """Those that people apply for; the others an authority begins of its own motion."""
    return [item for item in items_in_force(house) if not item.begun_by]


def package_of(house: House, item: ServiceItem) -> Package:
    """The package that would handle a case of the item begun today. Raises NotFound."""
    runtime = house.runtime
    with house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        digest = runtime.shelf.in_force("package", item.procedure, house.directory.today())
        return runtime.shelf.package(connection, digest)


def first_form(house: House, item: ServiceItem) -> Form:
    """The form an application for the item is entered with. Raises NotFound where it has none."""
    package = package_of(house, item)
    if package.first_form is None:
        raise NotFound(_("这个事项没有网上申请表，请到窗口办理。"))
    return package.form(package.first_form)
