"""All built-in functions of FEEL (DMN 1.5, 10.3.4) and those Camunda 8 adds.

Called by the front of the package. Importing the modules declares their functions.
"""

from engine.feel.builtins import (
    contexts,
    conversions,
    extensions,
    interval_text,
    intervals,
    lists,
    moments,
    numbers,
    strings,
)
from engine.feel.registry import built_ins

BUILT_INS = built_ins()

__all__ = [
    "BUILT_INS",
    "contexts",
    "conversions",
    "extensions",
    "interval_text",
    "intervals",
    "lists",
    "moments",
    "numbers",
    "strings",
]
