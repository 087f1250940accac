"""FEEL, the expression language of DMN 1.5 (chapter 10): text → tree → closures → value.

Called by `engine.dmn`, `engine.bpmn` and everything above. Pure: it reads no clock, no file and no
network; the present moment and the functions of the host are handed in. An error inside an expression
is null with a recorded reason; only text that is no FEEL and an exhausted budget are raised. Nothing is
ever executed as Python.
"""

from engine.feel.convert import from_json, to_json
from engine.feel.front import Compiled, compile, evaluate, parse, unary_tests
from engine.feel.kinds import feel_string, type_name
from engine.feel.printer import to_text
from engine.feel.temporal import Date, DateTime, DaysTime, FarDate, Time, YearsMonths
from engine.feel.temporal_text import read_date, read_date_time, read_duration, read_temporal, read_time
from engine.feel.tree import Node
from engine.feel.values import Fault, Function, HostFunction, HostType, Outcome, Parameter, Range, Value

__all__ = [
    "Compiled",
    "Date",
    "DateTime",
    "DaysTime",
    "FarDate",
    "Fault",
    "Function",
    "HostFunction",
    "HostType",
    "Node",
    "Outcome",
    "Parameter",
    "Range",
    "Time",
    "Value",
    "YearsMonths",
    "compile",
    "evaluate",
    "feel_string",
    "from_json",
    "parse",
    "read_date",
    "read_date_time",
    "read_duration",
    "read_temporal",
    "read_time",
    "to_json",
    "to_text",
    "type_name",
    "unary_tests",
]
