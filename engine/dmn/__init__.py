"""Decision models: DMN 1.2 to 1.5 read, evaluated with evidence, and proven before they bind anyone.

Called by definitions (deployment: `read`, `prove`) and casework (`evaluate` inside decide). Pure: it
imports FEEL and nothing else of the product, keeps no state, asks no clock.
"""

from engine.dmn.expressions import Table
from engine.dmn.footing import footing, footing_in_time
from engine.dmn.in_time import InTime, Version, evaluate_in_time, in_force, versions
from engine.dmn.model import Decision, DecisionService, Model
from engine.dmn.proof import Proof, ProofFinding, prove, prove_all
from engine.dmn.reader import read
from engine.dmn.run import Evaluation, Given, evaluate, given

__all__ = [
    "Decision",
    "DecisionService",
    "Evaluation",
    "Given",
    "InTime",
    "Model",
    "Proof",
    "ProofFinding",
    "Table",
    "Version",
    "evaluate",
    "evaluate_in_time",
    "footing",
    "footing_in_time",
    "given",
    "in_force",
    "prove",
    "prove_all",
    "read",
    "versions",
]
