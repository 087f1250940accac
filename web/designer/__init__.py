"""The designer's room: what is deployed, what it says, what it does when tried, and how it gets there."""

from web.designer import lists, packages, reference, trying, uploading
from web.designer.room import ROOM

__all__ = ["ROOM", "lists", "packages", "reference", "trying", "uploading"]
