"""What has happened: the journal with its hash chain and seals, the tables, the read views.

`store` opens a database, `tables` names its rows, `entries` gives an accepted command its written and
hashed form, `journal` appends and reads entries. Nothing here decides anything.
"""
