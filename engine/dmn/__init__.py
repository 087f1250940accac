"""Decision models: DMN 1.2 to 1.5 read, evaluated with evidence, and proven before they bind anyone.

Called by definitions (deployment: `read`, `prove`) and casework (`evaluate` inside decide). Pure: it
imports FEEL and nothing else of the product, keeps no state, asks no clock.
"""

from engine.dmn.model import Decision, DecisionService, Model, Table
from engine.dmn.reader import read
from engine.dmn.run import Evaluation, evaluate

__all__ = ["Decision", "DecisionService", "Evaluation", "Model", "Table", "evaluate", "read"]
