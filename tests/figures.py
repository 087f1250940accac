"""Figures of supervision for rules that a test makes up: half used, a fifth or a day left, five idle days."""

FIGURES = {
    "id": "made-up",
    "basis": "made up",
    "valid_from": "2000-01-01",
    "remind_used": 50,
    "warn_rest": 20,
    "warn_least": "1W",
    "again_after": "5W",
}
