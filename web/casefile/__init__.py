"""A case file on a page, whoever reads it: its facts, periods, story, documents, forms and uploads.

Called by the clerk's and the citizen's rooms (and open to the others). It reads what the engine holds and
turns it into plain values for templates; it decides nothing and changes no case.
"""
