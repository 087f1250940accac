"""Acting: the one operation and what follows from it.

`commands` name what can be asked, `decide` says what happens (pure), `state` applies what happened
(pure), `runtime` loads, locks, decides, applies, records and commits. Worklist rows, due moments, jobs
and cards are derived from the state before and after a step by `rows`.
"""
