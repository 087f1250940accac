"""The core: what a case is, what may happen to it, what the law's clocks say, and how all of it is proven.

`web` (people) and `timers` (time) push on it; it knows neither.
"""
