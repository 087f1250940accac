"""The door of the officers' rooms: who is in front of the screen, from which post, with which right.

Other rooms ask `who` (the actor of this request, guards for a whole room). The pages of signing in stand in
`pages`; `records` journals those who were refused.
"""
