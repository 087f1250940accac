"""Whatever is sent: an answer below 500, and a refusal changes nothing but the record of refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from bare_procedure import deployed, do, opened
from founded import runtime_over
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from token_machine import Machine

from web.api.declarations import ENDPOINTS, Endpoint

KEPT = {"entry", "draft"}  # a refusal at the door is journalled; a job's lease is none of the record
ALL = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(float)
    | st.text(max_size=12)
    | st.sampled_from(["\x00", "\ud800", "1e400", "=1+", "PHOTO-1", "shinan.cg", "../x", "x" * 300])
)
anything = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
numbers = st.sampled_from([0, 1, 2, 3, 4, 5, 7, 2**31 - 1, 2**31, 2**63, 10**30])


@pytest.fixture(scope="module")
def fuzzed(founded_sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One installation with two cases, one waiting for a clerk and one for a worker."""
    path = tmp_path_factory.mktemp("fuzzed") / "banjie.db"
    path.write_bytes(founded_sqlite.read_bytes())
    made = Machine(*runtime_over(f"sqlite:///{path}"))
    deployed(made)
    opened(made)
    do(made, opened(made, plate="鲁B1"))
    yield made
    made.runtime.store.close()


def bodies(endpoint: Endpoint) -> st.SearchStrategy[bytes]:
    """Bytes, any JSON, and bodies that have the right names with any or with fitting values."""
    written = anything.map(lambda data: json.dumps(data).encode())
    if endpoint.raw:
        return (
            st.binary(max_size=60) | st.binary(max_size=40).map(lambda data: b"PK\x03\x04" + data) | written
        )
    properties = endpoint.body or {}
    right = {
        "string": st.text(min_size=1, max_size=10),
        "object": st.dictionaries(st.text(max_size=5), anything),
    }
    fitting = st.fixed_dictionaries(
        {name: right.get(schema.get("type", ""), anything) for name, schema in properties.items()}
    )
    loose = st.fixed_dictionaries({}, optional=dict.fromkeys(properties, anything))
    return st.binary(max_size=30) | written | (loose | fitting).map(lambda data: json.dumps(data).encode())


def path_of(endpoint: Endpoint, case: int, key: int) -> str:
    return endpoint.path.replace("<int:case>", str(case)).replace("<int:key>", str(key))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
def test_any_request_is_answered_below_500_and_a_refusal_changes_nothing(
    endpoint: Endpoint, fuzzed: Machine
) -> None:
    @ALL
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        body = data.draw(bodies(endpoint), "body") if endpoint.method == "POST" else None
        path = path_of(endpoint, data.draw(numbers, "case"), data.draw(numbers, "key"))
        query = {name: data.draw(st.text(max_size=10)) for name in endpoint.query if data.draw(st.booleans())}
        text = "&".join(f"{name}={quote(value.encode('utf-8', 'replace'))}" for name, value in query.items())
        by = data.draw(st.sampled_from(["", "wangli", "zhangwei", "weigang", "shenlan", "yinhe"]), "by")
        before = dict(fuzzed.state())

        status, answer = fuzzed.send(endpoint.method, f"{path}?{text}", body, by=by)

        assert status < 500, answer
        if status >= 400:
            changed = {name for name, count in fuzzed.state() if before.get(name) != count}
            assert changed <= KEPT
            assert answer["status"] == status
            assert {"code", "sentence", "findings"} <= answer.keys()
        else:
            faults = [
                fault.message for fault in Draft202012Validator(dict(endpoint.answer)).iter_errors(answer)
            ]
            assert faults == []

    holds()
