"""List built-ins (DMN 1.5, 10.3.4.4) and `sort` (10.3.4.8). Called through the registry."""

from __future__ import annotations

from decimal import Decimal, DecimalException
from functools import cmp_to_key

from engine.errors import said
from engine.feel.arithmetic import calculate
from engine.feel.calls import invoke
from engine.feel.compare import order, same
from engine.feel.kinds import type_name
from engine.feel.registry import feel
from engine.feel.scope import SIZE_LIMIT, State
from engine.feel.values import NUMBERS, Fault, Value


@feel("list contains", "list: list", "element: any")
def _list_contains(items: list[Value], element: Value) -> bool:
    return any(same(item, element) for item in items)


@feel("count", "list: list")
def _count(items: list[Value]) -> Decimal:
    return Decimal(len(items))


def _extreme(items: list[Value], wanted: int) -> Value:
    if not items:
        raise Fault(said("Expected a list with items, but it is empty"))
    best = items[0]
    order(best, best)
    for item in items[1:]:
        if order(item, best) == wanted:
            best = item
    return best


@feel("min", "list: list")
def _min(items: list[Value]) -> Value:
    return _extreme(items, -1)


@feel("min", "list: any...")
def _min_of(items: list[Value]) -> Value:
    return _extreme(items, -1)


@feel("max", "list: list")
def _max(items: list[Value]) -> Value:
    return _extreme(items, 1)


@feel("max", "list: any...")
def _max_of(items: list[Value]) -> Value:
    return _extreme(items, 1)


def _numbers(items: list[Value]) -> list[Decimal]:
    if not items:
        raise Fault(said("Expected a list of numbers, but it is empty"))
    for item in items:
        if type(item) is not Decimal:
            raise Fault(
                said("Expected a list of numbers, but it holds a {item_type}", item_type=type_name(item))
            )
    return items


@feel("sum", "list: any...")
@feel("sum", "list: list")
def _sum(items: list[Value]) -> Value:
    if not items:
        raise Fault(said("Expected a list of numbers, but it is empty"))
    total = items[0]
    if type(total) is str or len(items) == 1:
        calculate("-", total, total)
    for item in items[1:]:
        total = calculate("+", total, item)
    return total


@feel("mean", "list: any...")
@feel("mean", "list: list")
def _mean(items: list[Value]) -> Value:
    return calculate("/", _sum(items), Decimal(len(items)))


@feel("product", "list: any...")
@feel("product", "list: list")
def _product(items: list[Value]) -> Decimal:
    try:
        result = Decimal(1)
        for number in _numbers(items):
            result = NUMBERS.multiply(result, number)
    except DecimalException:
        raise Fault(said("Expected a product that can be kept, but it is too large")) from None
    return result


@feel("median", "list: any...")
@feel("median", "list: list")
def _median(items: list[Value]) -> Decimal:
    numbers = sorted(_numbers(items))
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return NUMBERS.divide(NUMBERS.add(numbers[middle - 1], numbers[middle]), Decimal(2))


@feel("stddev", "list: any...")
@feel("stddev", "list: list")
def _stddev(items: list[Value]) -> Decimal:
    """Of a sample: the squares are divided by one less than their count."""
    numbers = _numbers(items)
    if len(numbers) < 2:
        raise Fault(said("Expected at least two numbers, but found one"))
    try:
        mean = calculate("/", _sum(list(numbers)), Decimal(len(numbers)))
        squares = [NUMBERS.power(NUMBERS.subtract(number, mean), 2) for number in numbers]
        return NUMBERS.sqrt(calculate("/", _sum(list(squares)), Decimal(len(numbers) - 1)))
    except DecimalException:
        raise Fault(said("Expected a deviation that can be kept, but it is too large")) from None


@feel("mode", "list: any...")
@feel("mode", "list: list")
def _mode(items: list[Value]) -> list[Decimal]:
    if not items:
        return []
    counts: dict[Decimal, int] = {}
    for number in _numbers(items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values())
    return sorted(number for number, count in counts.items() if count == most)


def _decided(items: list[Value], decisive: bool) -> bool | None:
    if any(item is decisive for item in items):
        return decisive
    for item in items:
        if type(item) is not bool:
            raise Fault(
                said(
                    "Expected a list of true and false, but it holds a {item_type}", item_type=type_name(item)
                )
            )
    return not decisive


@feel("all", "list: any...")
@feel("all", "list: list")
def _all(items: list[Value]) -> bool | None:
    return _decided(items, False)


@feel("any", "list: any...")
@feel("any", "list: list")
def _any(items: list[Value]) -> bool | None:
    return _decided(items, True)


def _index(items: list[Value], position: Decimal) -> int:
    """The 0-based index of a 1-based position that may count from the end."""
    found = int(position) if abs(position) <= len(items) else 0
    if found == 0:
        raise Fault(
            said(
                "Expected a position from 1 to {count}, but found {position}",
                count=len(items),
                position=position,
            )
        )
    return found - 1 if found > 0 else len(items) + found


@feel("sublist", "list: list", "start position: number", "length?: number")
def _sublist(items: list[Value], start: Decimal, length: Decimal | None = None) -> list[Value]:
    begin = _index(items, start)
    if length is None:
        return items[begin:]
    count = int(length) if abs(length) <= SIZE_LIMIT else 0
    if count < 1 or begin + count > len(items):
        raise Fault(
            said(
                "Expected a length from 1 to {count}, but found {length}",
                count=len(items) - begin,
                length=length,
            )
        )
    return items[begin : begin + count]


@feel("append", "list: list", "item: any...")
def _append(items: list[Value], added: list[Value]) -> list[Value]:
    return [*items, *added]


@feel("append", "list: list", "item: any")
def _append_named(items: list[Value], added: Value) -> list[Value]:
    return [*items, added]


@feel("concatenate", "list: list...")
def _concatenate(lists: list[list[Value]]) -> list[Value]:
    if sum(map(len, lists)) > SIZE_LIMIT:
        raise Fault(
            said("Expected a list of at most {size_limit} items, but it is longer", size_limit=SIZE_LIMIT)
        )
    return [item for each in lists for item in each]


@feel("insert before", "list: list", "position: number", "newItem: any")
def _insert_before(items: list[Value], position: Decimal, added: Value) -> list[Value]:
    index = _index(items, position)
    return [*items[:index], added, *items[index:]]


@feel("remove", "list: list", "position: number")
def _remove(items: list[Value], position: Decimal) -> list[Value]:
    index = _index(items, position)
    return [*items[:index], *items[index + 1 :]]


@feel("list replace", "list: list", "position: number", "newItem: any")
def _replace_at(items: list[Value], position: Decimal, added: Value) -> list[Value]:
    index = _index(items, position)
    return [*items[:index], added, *items[index + 1 :]]


@feel("list replace", "list: list", "match: function", "newItem: any", stateful=True)
def _replace_matching(state: State, items: list[Value], match: Value, added: Value) -> list[Value]:
    chosen = [invoke(state, match, [item, added]) for item in items]
    for each in chosen:
        if type(each) is not bool:
            raise Fault(
                said(
                    "Expected the match to give true or false, but it gives {each_type}",
                    each_type=type_name(each),
                )
            )
    return [added if each else item for each, item in zip(chosen, items, strict=True)]


@feel("reverse", "list: list")
def _reverse(items: list[Value]) -> list[Value]:
    return items[::-1]


@feel("index of", "list: list", "match: any")
def _index_of(items: list[Value], match: Value) -> list[Decimal]:
    return [Decimal(index) for index, item in enumerate(items, 1) if same(item, match)]


@feel("union", "list: list...", stateful=True)
def _union(state: State, lists: list[list[Value]]) -> list[Value]:
    return distinct(state, _concatenate(lists))


@feel("distinct values", "list: list", stateful=True)
def distinct(state: State, items: list[Value]) -> list[Value]:
    """The items without repetition, the first of each kept in its place."""
    kept: list[Value] = []
    seen: set[tuple[type, Value]] = set()
    for item in items:
        if item is None or isinstance(item, str | bool | Decimal):
            key = (type(item), item)
            if key not in seen:
                seen.add(key)
                kept.append(item)
            continue
        state.spend(5 * len(kept))
        if not any(same(item, other) for other in kept):
            kept.append(item)
    return kept


@feel("flatten", "list: list")
def _flatten(items: list[Value]) -> list[Value]:
    flat: list[Value] = []
    _pour(items, flat, [SIZE_LIMIT])
    return flat


def _pour(items: list[Value], flat: list[Value], left: list[int]) -> None:
    left[0] -= len(items) + 1
    if left[0] < 0:
        raise Fault(
            said("Expected a list of at most {size_limit} items, but it is longer", size_limit=SIZE_LIMIT)
        )
    for item in items:
        if isinstance(item, list):
            _pour(item, flat, left)
        else:
            flat.append(item)


@feel("sort", "list: list")
def _sort(items: list[Value]) -> list[Value]:
    return sorted(items, key=cmp_to_key(order))


@feel("sort", "list: list", "precedes: function", stateful=True)
def _sort_by(state: State, items: list[Value], precedes: Value) -> list[Value]:
    def compare(one: Value, other: Value) -> int:
        if _precedes(state, precedes, one, other):
            return -1
        return 1 if _precedes(state, precedes, other, one) else 0

    return sorted(items, key=cmp_to_key(compare))


def _precedes(state: State, function: Value, one: Value, other: Value) -> bool:
    answer = invoke(state, function, [one, other])
    if type(answer) is not bool:
        raise Fault(
            said(
                "Expected the order to give true or false, but it gives {answer_type}",
                answer_type=type_name(answer),
            )
        )
    return answer
