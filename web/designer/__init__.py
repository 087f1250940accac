"""The designer's room: what is deployed, what it says, what it does when tried, and how it gets there."""

from web.designer import (
    beginning,
    casefields,
    comparing,
    deadlines,
    drafts,
    drawing,
    facts,
    formwork,
    lists,
    overview,
    packages,
    papers,
    periods,
    reference,
    tables,
    trying,
    uploading,
)
from web.designer.room import ROOM

__all__ = [
    "ROOM",
    "beginning",
    "casefields",
    "comparing",
    "deadlines",
    "drafts",
    "drawing",
    "facts",
    "formwork",
    "lists",
    "overview",
    "packages",
    "papers",
    "periods",
    "reference",
    "tables",
    "trying",
    "uploading",
]
