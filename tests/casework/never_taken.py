"""The sequence flows that no life on paper can take, each with the reason why.

Used by `test_a_thousand_lives.py`, which demands every other flow of every procedure, and that each of these
still exists. A flow stands here because nothing that people, time or registers do leads to it as the drawings
and forms stand; not because it is rare.
"""

from __future__ import annotations

from collections.abc import Mapping

_SAFETY_NET = (
    "The default way out of the gateway over the outcome. The form of the decision demands an outcome, each "
    "has its own way, and every other end of handling sets one: the default catches what a later change of "
    "the drawing might leave open."
)
_ALWAYS_NAMED = (
    "Every procedure that calls the special procedure hands over its kind and its last day, which the forms "
    "of the callers demand: the task asks for them where another procedure calls it without."
)
NEVER_TAKEN: Mapping[tuple[str, str], str] = {
    **{
        (package, "result_to_closed_without_decision"): _SAFETY_NET
        for package in ("xk_change", "xk_general", "xk_joint", "xk_renew", "xk_two_level")
    },
    ("sp_special", "named_to_name_step"): _ALWAYS_NAMED,
    ("sp_special", "name_step_to_ready"): _ALWAYS_NAMED,
}
"""By package and id of the flow."""
