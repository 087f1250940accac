"""The one schema every table of the product belongs to; migrations compare the database with it."""

from sqlalchemy import MetaData

metadata = MetaData()
