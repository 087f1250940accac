"""The door of the officers' rooms: who is in front of the screen, from which post, with which right.

Other rooms ask `who` (the actor of this request, guards for a whole room) and tell `records` what the
journal must know (a reading of a case file). The pages of signing in stand in `pages`.
"""
