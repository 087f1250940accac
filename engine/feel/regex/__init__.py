"""Regular expressions of XPath (XQuery and XPath Functions 3.1, 5.6), in bounded time.

Called by the string built-ins. Python's own `re` is not used for patterns a designer writes: it can be
made to run for hours. Here a pattern becomes a small program whose every state is visited once per
position, and steps are counted besides.
"""

from engine.feel.regex.machine import Pattern, pattern_of

__all__ = ["Pattern", "pattern_of"]
