"""A machine that acts on the interface by access tokens."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient
from rooms_over import SETTINGS, app_over
from sqlalchemy import func, select

from engine.casework.runtime import Runtime
from engine.records import tables
from web.house import House


class Machine:
    """Sends requests with the token of a person; answers are (status, data)."""

    def __init__(self, runtime: Runtime, clock: Any) -> None:
        self.runtime = runtime
        self.clock = clock
        self.app = app_over(House(SETTINGS, runtime))
        self.app.testing = False
        self._tokens: dict[str, str] = {}

    def token(self, login: str) -> str:
        if login not in self._tokens:
            self._tokens[login] = self.runtime.directory.create_token(login, "test", 30)
        return self._tokens[login]

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def send(self, method: str, path: str, body: Any = None, *, by: str = "") -> tuple[int, Any]:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token(by)}"} if by else {}
        answer = self.client().open(f"/api{path}", method=method, data=data, headers=headers)
        return answer.status_code, answer.get_json()

    def get(self, path: str, *, by: str = "") -> tuple[int, Any]:
        return self.send("GET", path, by=by)

    def post(self, path: str, body: Any = None, *, by: str = "") -> tuple[int, Any]:
        return self.send("POST", path, {} if body is None else body, by=by)

    def state(self) -> list[tuple[str, int]]:
        """How many rows every table has, and the versions of the cases: what no refusal may change."""
        with self.runtime.store.reading() as connection:
            counts = [
                (table.name, connection.execute(select(func.count()).select_from(table)).scalar_one())
                for table in tables.metadata.sorted_tables
                if table.name != "token"
            ]
            cases = connection.execute(select(tables.case.c.case_id, tables.case.c.version)).all()
        return counts + [(f"case {row.case_id}", row.version) for row in cases]
