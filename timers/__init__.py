"""Time pushes: the heartbeat, and the virtual clock of trials and demonstrations.

Knows the engine; is known by `web/cli.py` alone (and the designer's laboratory). Keeps no state of its
own: what is due stands in the database.
"""
