"""Try it: begin a trial case, see its tokens, hand in its forms as its people will, move its clock.

Every act is one command to the trial's own runtime; what it refuses is shown as its people would see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine import canonical
from engine.definitions import catalogue
from engine.definitions.bundles import Bundle
from engine.definitions.catalogue import ServiceItem
from engine.definitions.packages import Package
from engine.errors import BanjieError, NotFound
from web import display
from web.casefile import clocks, filling, story
from web.casefile.facts import is_file
from web.casefile.filling import Filling
from web.casefile.opening import CaseFile
from web.casefile.starting import items_in_force
from web.designer import checking, drafts, outline, trial_tests, trials
from web.designer.drafts import piece
from web.designer.packages import drawing
from web.designer.reading import names, open_version
from web.designer.room import ROOM
from web.designer.trials import TRIALS, Trial
from web.language import _
from web.signin.who import current_actor, house, organisation, unit_name
from web.watching import tokens as drawn_tokens

APPLICATION = 0  # the key under which the application is filled in


@ROOM.get("/trials", endpoint="trials")
def all_trials() -> str:
    """What is being tried, and what could be."""
    found = TRIALS.mine(current_actor().person, house().clock.now())
    packages = [open_version(name) for name in names()]
    return render_template("designer/trials.html", trials=found, packages=packages)


@ROOM.get("/trials/new")
def new_trial() -> str:
    """Choose item, unit and day for a trial of a version or a draft."""
    return choice_page()


def choice_page(fault: str = "") -> str:
    """The page of the choice."""
    asked = _asked()
    items = trials.items_for(asked.items, asked.package.name)
    units = [(item, unit) for item in items for unit in trials.units_for(item, organisation())]
    choices = [(f"{item.code}@{unit}", f"{item.name()} · {unit_name(unit)}") for item, unit in units] or [
        (f"{trials.TRIAL_ITEM}@{unit}", unit_name(unit)) for unit in trials.units_for(None, organisation())
    ]
    return render_template(
        "designer/trial_new.html",
        package=asked.package,
        source=asked.source,
        choices=choices,
        today=house().directory.today(),
        fault=fault,
    )


@dataclass(frozen=True)
class Asked:
    """What a trial is asked for: a package, what names it in a form, the items there are, what a draft
    brings beside it."""

    package: Package
    source: dict[str, str]
    items: list[ServiceItem]
    beside: tuple[Bundle, ...] = ()
    draft: int | None = None


def _asked() -> Asked:
    """A draft by its number, or a version by name and number. Raises NotFound."""
    if request.values.get("draft"):
        found = piece(request.values.get("draft", 0, type=int))
        if found.judged.package is None:
            raise NotFound(_("这份草稿还有错误，改正后才能试运行。"))
        beside = tuple(checking.parts(found.bundle)[:-1])
        texts = next((part.texts(".toml") for part in beside if part.kind == "catalogue"), None)
        items = list(catalogue.read(texts).values()) if texts else items_in_force(house())
        return Asked(found.judged.package, {"draft": str(found.number)}, items, beside, found.number)
    opened = open_version(request.values.get("name", ""), request.values.get("number", type=int))
    source = {"name": opened.package.name, "number": str(opened.version.version)}
    return Asked(opened.package, source, items_in_force(house()))


@ROOM.post("/trials")
def begin() -> Answer | tuple[str, int]:
    """Set a trial up and go to its application."""
    asked = _asked()
    item, _at, unit = request.form.get("place", "").partition("@")
    try:
        day = date.fromisoformat(request.form.get("day", ""))
        if not 2004 <= day.year <= 2090:
            raise ValueError
    except ValueError:
        return choice_page(_("请填写开始日期（2004 年至 2090 年）。")), 422
    if unit not in {one.code for one in organisation().units}:
        return choice_page(_("请选择受理单位。")), 422
    key = trials.new_key()
    made = trials.begin(house(), asked.package, item, unit, day, asked.beside, asked.draft)
    TRIALS.put(current_actor().person, key, made, house().clock.now())
    return redirect(url_for("designer.trial_form", trial=key, key=APPLICATION), 303)


def mine(key: str) -> Trial:
    """A trial of this designer's. Raises NotFound."""
    return TRIALS.get(current_actor().person, key, house().clock.now())


@ROOM.get("/trials/<trial>")
def trial(trial: str) -> Answer | str:
    """The trial's page: tokens, what is open, periods, cards, variables, story."""
    return trial_page(trial, mine(trial))


def trial_page(key: str, found: Trial, fault: str = "") -> Answer | str:
    """The page of a trial; before the application is handed in, the application."""
    case = found.case()
    if case is None:
        return redirect(url_for("designer.trial_form", trial=key, key=APPLICATION), 303)
    return render_template(
        "designer/trial.html",
        trial=found,
        key=key,
        case=case,
        fault=fault,
        clocks=clocks.clocks_of(case),
        history=story.timeline(case),
        places=story.whereabouts(case, unit_name),
        diagrams=diagrams(case),
        variables=[(name, _shown(value)) for name, value in sorted(case.variables.items())],
        labels={name: case.schema(name) for name in case.variables},
        following=found.following() if case.state.open else None,
        acts=[(k, row) for k, row in sorted(case.state.subscriptions.items()) if row["kind"] == "message"],
        unit_name=unit_name,
    )


def diagrams(case: CaseFile) -> list[tuple[str, str]]:
    """The case's own diagram and those of procedures it has called: (package, title)."""
    called = [(name, package.title()) for name, package in case.packages.items() if name != case.package.name]
    return [(case.package.name, case.package.title()), *called]


def _shown(value: Any) -> str:
    if is_file(value):
        return _("文件 %(name)s，%(size)s", name=value["name"], size=display.file_size(int(value["size"])))
    text = value if isinstance(value, str) else canonical.dumps(value)
    return text if len(text) <= 300 else f"{text[:300]}…"


@ROOM.get("/trials/<trial>/diagrams/<name>.bpmn")
def trial_diagram(trial: str, name: str) -> Response:
    """One of the trial's diagrams."""
    return drawing(_package(mine(trial), name).definition.source)


@ROOM.get("/trials/<trial>/diagrams/<name>.json")
def trial_tokens(trial: str, name: str) -> Response:
    """Where the trial's tokens are on one of its diagrams."""
    found = mine(trial)
    case = found.case()
    if case is None:
        return jsonify(tokens=[], passed=[])
    return jsonify(drawn_tokens.placed(case, _package(found, name).definition.digest))


def _package(found: Trial, name: str) -> Any:
    case = found.case()
    package = case.packages.get(name) if case else None
    if package is None:
        raise NotFound(_("试运行里没有这个流程。"))
    return package


@ROOM.get("/trials/<trial>/forms/<int:key>")
def trial_form(trial: str, key: int) -> Answer | str:
    """The application (key 0), a work item or a message, with answers that fit."""
    found = mine(trial)
    return form_page(trial, key, found, *_opened(found, key))


@ROOM.post("/trials/<trial>/forms/<int:key>")
def hand_in(trial: str, key: int) -> Answer | str | tuple[str, int]:
    """Hand the form in as its people would."""
    found = mine(trial)
    with found.lock:
        row, filled = _opened(found, key)
        try:
            sent = filling.read(filled) if filled else None
            if sent and sent.again:
                return form_page(trial, key, found, row, sent)
            _act(found, key, row, sent.checked() if sent else {})
        except BanjieError as refusal:
            if filled is None:
                return form_page(trial, key, found, row, None, refusal.sentence), refusal.status
            return form_page(trial, key, found, row, (sent or filled).wrong(refusal)), refusal.status
    flash(_("已提交“%(name)s”。", name=_name_of(found, row)))
    return redirect(url_for("designer.trial", trial=trial), 303)


def _opened(found: Trial, key: int) -> tuple[Mapping[str, Any], Filling | None]:
    """What is to be handed in under a key, and its form. Raises NotFound where it is not open."""
    case = found.case()
    if key == APPLICATION and case is None:
        form = found.package.form(found.package.first_form) if found.package.first_form else None
        row: Mapping[str, Any] = {"form": found.package.first_form, "name": "", "role": "window"}
        casefile, known = found.package.casefile, {}
    elif case is not None and (key in case.state.items or key in case.state.subscriptions):
        row = case.state.items.get(key) or case.state.subscriptions[key]
        form = case.form(row["form"])
        package = case.packages.get(str(row["form"]).partition("/")[0], case.package)
        casefile, known = package.casefile, dict(case.variables)
    else:
        raise NotFound(_("这一步已经办完，或案件已经走到别处。"))
    if form is None:
        return row, None
    roles = sorted({row["role"] or "", "applicant", "window"})
    made = filling.begin(
        found.house, form, current_actor().person, f"trial:{key}", roles, found.sample(form, casefile, known)
    )
    return row, made


def _act(found: Trial, key: int, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    case = found.case()
    if case is None:
        found.receive(values)
        return
    actor = found.actor_for(case.state, row)
    if key in case.state.items:
        found.complete(key, row, actor, values)
    else:
        found.send(key, row, actor, values)


def _name_of(found: Trial, row: Mapping[str, Any]) -> str:
    return str(row["name"] or found.item.name())


def form_page(
    trial: str, key: int, found: Trial, row: Mapping[str, Any], filled: Filling | None, fault: str = ""
) -> str:
    """The page of one form of a trial."""
    return render_template(
        "designer/trial_form.html",
        trial=found,
        trial_key=trial,
        key=key,
        name=_name_of(found, row),
        row=row,
        role=outline.role_name(row.get("role")),
        filled=filled,
        fault=fault,
    )


@ROOM.post("/trials/<trial>/clock")
def move(trial: str) -> Answer | str | tuple[str, int]:
    """Move the trial's clock: to the next due moment, or to ten o'clock of a day."""
    found = mine(trial)
    with found.lock:
        following = found.following()
        if request.form.get("to") == "next" and following is not None:
            found.laboratory.move(following)
        else:
            try:
                day = date.fromisoformat(request.form.get("day", ""))
            except ValueError:
                return _answered(trial_page(trial, found, _("请填写日期。")))
            if not found.laboratory.today <= day or day.year > 2090:
                return _answered(trial_page(trial, found, _("时钟只能向前拨，最远到 2090 年。")))
            found.laboratory.at(day)
    return redirect(url_for("designer.trial", trial=trial), 303)


def _answered(page: Answer | str) -> Answer | tuple[str, int]:
    return (page, 422) if isinstance(page, str) else page


@ROOM.post("/trials/<trial>/drop")
def drop_trial(trial: str) -> Answer:
    """End a trial; its laboratory goes."""
    TRIALS.drop(current_actor().person, trial)
    return redirect(url_for("designer.trials"), 303)


@ROOM.post("/trials/<trial>/keep")
def keep_trial(trial: str) -> Answer | str | tuple[str, int]:
    """Keep what was done so far as a test of the draft that is being tried."""
    found = mine(trial)
    case, stem = found.case(), request.form.get("stem", "").strip()
    if case is None or found.draft is None:
        raise NotFound(_("只有草稿的试运行才能留作测试。"))
    path = f"tests/{stem}.yaml"
    draft = piece(found.draft)
    if not trial_tests.STEM.fullmatch(stem) or path in draft.bundle.files:
        return _answered(trial_page(trial, found, _("测试编号由小写字母、数字和 _ 组成，不能与已有的相同。")))
    text = trial_tests.text_of(found, case, request.form.get("title", "").strip() or stem)
    actor = current_actor().as_data()
    drafts.book().save(actor, draft.number, draft.draft.version, {path: text.encode()})
    flash(_("已留作测试 %(path)s。", path=path))
    return redirect(url_for("designer.draft", number=draft.number) + "#examples", 303)
