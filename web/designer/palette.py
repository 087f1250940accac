"""Element templates: Banjie's own properties as fields of an editor's property panel, one template a kind.

Called by the editor's page; the same JSON serves the desktop modeler. The vocabularies are the engine's,
the choices of forms and periods those of the draft and of the law, so that nobody types a code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from engine.bpmn.vocabulary import ACTS, PROPERTIES, ROLES
from engine.definitions.bundles import Bundle
from engine.definitions.job_lint import FOR_AUTHORITY, FOR_PARTY
from engine.dmn import xml as dmn_xml
from engine.errors import BanjieError
from engine.periods import RuleBook
from web.language import _, words

ACTIVITIES = ("bpmn:SubProcess", "bpmn:AdHocSubProcess", "bpmn:Transaction", "bpmn:CallActivity")
TASKS = ("bpmn:Task", "bpmn:ManualTask", "bpmn:ScriptTask")
WAITS = ("bpmn:ReceiveTask", "bpmn:IntermediateCatchEvent", "bpmn:StartEvent", "bpmn:BoundaryEvent")
POINTS = ("bpmn:EndEvent", "bpmn:IntermediateThrowEvent", "bpmn:SendTask")

RUNS = ("banjie.period", "banjie.period.from", "banjie.period.promise")
SUSPENDS = ("banjie.period.suspends", "banjie.period.kind", "banjie.period.since", "banjie.period.told")
CHANGES = (
    "banjie.period.starts", "banjie.period.stops", "banjie.period.resets", "banjie.period.extends",
    "banjie.period.extend.by", "banjie.period.extend.approver", "banjie.period.extend.reason",
    "banjie.period.tells",
)  # fmt: skip
_NAMED = ("banjie.period", "banjie.period.starts", "banjie.period.stops", "banjie.period.resets",
          "banjie.period.extends", "banjie.period.tells", "banjie.period.suspends")  # fmt: skip

Field = dict[str, Any]


def templates(bundle: Bundle, law: RuleBook, language: str) -> list[dict[str, Any]]:
    """The templates for a draft's editor, in the reader's language."""
    kit = _Kit(bundle, law, language)
    who = [kit.roles(), kit.acts()]
    own = [kit.plain("banjie.unit", "who"), kit.plain("banjie.approver", "who")]
    runs = [kit.field(name, "period") for name in RUNS]
    stops = [kit.field(name, "suspension") for name in SUSPENDS]
    changes = [kit.field(name, "change") for name in CHANGES]
    jobs = kit.jobs()
    return [
        kit.made(
            "user-task",
            _("办结 · 人工任务"),
            ("bpmn:UserTask",),
            [*kit.task_form(), *who, *own, *runs, *stops, *changes],
        ),
        kit.made("service-task", _("办结 · 系统任务"), ("bpmn:ServiceTask",), [*jobs, *who, *runs, *changes]),
        kit.made(
            "decision-task", _("办结 · 决策任务"), ("bpmn:BusinessRuleTask",), [*kit.asked(), *who, *changes]
        ),
        kit.made("activity", _("办结 · 阶段"), ACTIVITIES, [*who, *own, *runs, *stops, *changes]),
        kit.made("task", _("办结 · 任务"), TASKS, [*who, *runs, *stops, *changes]),
        kit.made("wait", _("办结 · 事件"), WAITS, [kit.forms(), *who, *stops, *changes]),
        kit.made("choice", _("办结 · 等待之一"), ("bpmn:EventBasedGateway",), stops),
        kit.made("point", _("办结 · 发出"), POINTS, [*who, *changes]),
        kit.made("lane", _("办结 · 泳道"), ("bpmn:Lane", "bpmn:Participant"), [kit.roles(), own[0]]),
        kit.made("process", _("办结 · 流程"), ("bpmn:Process",), runs),
    ]


class _Kit:
    """What the templates of one draft are put together from."""

    def __init__(self, bundle: Bundle, law: RuleBook, language: str) -> None:
        self._bundle = bundle
        self._language = language
        titles = {rule.id: f"{rule.title(language)} · {rule.limit.words(language)}" for rule in law}
        self._periods = [(rule, f"{title}（{rule}）") for rule, title in sorted(titles.items())]
        self._reasons = sorted({one.kind for rule in law for one in rule.excluded})

    def made(self, key: str, name: str, kinds: tuple[str, ...], fields: Iterable[Field]) -> dict[str, Any]:
        """One template; every group of the editor's own panel stays visible beside it."""
        groups = {
            "who": _("办结：谁办、什么行为"),
            "job": _("办结：系统工作"),
            "decision": _("办结：问哪个决策"),
            "period": _("办结：在此期间计时的期限"),
            "suspension": _("办结：在此期间中止的期限"),
            "change": _("办结：完成时对期限的影响"),
        }
        listed = list(fields)
        used = {field.get("group") for field in listed}
        kind = {"elementType": {"value": kinds[0]}} if kinds == ("bpmn:UserTask",) else {}
        return {
            "$schema": "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json",
            "id": f"banjie.{key}",
            "name": name,
            "version": 1,
            "isDefault": True,
            "appliesTo": list(kinds),
            **kind,
            "entriesVisible": True,
            "groups": [{"id": code, "label": label} for code, label in groups.items() if code in used],
            "properties": listed,
        }

    def field(self, name: str, group: str) -> Field:
        """A property that names a period, a reason to suspend, or is written plainly."""
        if name in _NAMED:
            return self._choice(name, group, self._periods)
        if name == "banjie.period.kind":
            return self._choice(name, group, [(kind, kind) for kind in self._reasons])
        return self.plain(name, group)

    def plain(self, name: str, group: str) -> Field:
        """A property that may be text or FEEL."""
        return {**self._bound(name, group), "type": "String", "feel": "optional"}

    def roles(self) -> Field:
        """Who does it."""
        return self._choice("banjie.role", "who", self._named(ROLES))

    def acts(self) -> Field:
        """What it is in the eyes of the law."""
        return self._choice("banjie.act", "who", self._named(ACTS))

    def forms(self) -> Field:
        """The form with which somebody answers."""
        return self._choice("banjie.form", "who", form_choices(self._bundle, self._language))

    def task_form(self) -> list[Field]:
        """The form of a user task, which is Camunda's own setting and not one of Banjie's."""
        binding = {"type": "zeebe:formDefinition", "property": "formId"}
        choices = form_choices(self._bundle, self._language)
        return [
            {"type": "Hidden", "binding": {"type": "zeebe:userTask"}},
            {"label": _("表单"), "group": "who", "binding": binding, **_listed(choices)},
        ]

    def asked(self) -> list[Field]:
        """The decision that is asked, of the draft's own tables, and the variable that keeps the answer."""
        binding = {"type": "zeebe:calledDecision"}
        return [
            {
                "label": _("决策"), "group": "decision", "binding": {**binding, "property": "decisionId"},
                **_listed(decision_choices(self._bundle)),
            },
            {
                "label": _("答案存入变量"), "group": "decision", "type": "String",
                "binding": {**binding, "property": "resultVariable"},
            },
        ]  # fmt: skip

    def jobs(self) -> list[Field]:
        """The built-in work of a service task and what it needs to know."""
        kinds = [
            ("banjie.document", _("制发文书")),
            ("banjie.document.void", _("文书作废")),
            ("banjie.notify", _("通知")),
            ("banjie.publish", _("公示")),
            ("banjie.publish.withdraw", _("撤回公示")),
            ("banjie.archive", _("归档")),
            ("banjie.register.read", _("查询登记")),
            ("banjie.register.write", _("写入登记")),
        ]
        papers = sorted(
            {
                path.removeprefix("templates/").rpartition(".")[0]
                for path in self._bundle.files
                if path.startswith("templates/") and path.endswith((".html", ".docx"))
            }
        )
        work: Field = {
            "type": "Dropdown", "label": _("工作类型"), "group": "job", "choices": _choices(kinds),
            "binding": {"type": "zeebe:taskDefinition", "property": "type"}, "id": "job-type",
            "value": "banjie.document",
        }  # fmt: skip
        readers = [(FOR_PARTY, _("当事人和本机关")), (FOR_AUTHORITY, _("仅本机关"))]
        paper = {"property": "job-type", "equals": "banjie.document"}
        register = {"property": "job-type", "oneOf": ["banjie.register.read", "banjie.register.write"]}
        return [
            work,
            {**_header("template", _("文书模板"), paper), **_listed([(one, one) for one in papers])},
            _header("kind", _("文书种类"), paper),
            {**_header("number", _("编号"), paper), **_listed([("yes", _("是")), ("no", _("否"))])},
            _header("series", _("编号字"), paper),
            {**_header("reader", _("供谁阅读"), paper), **_listed(readers)},
            _header("register", _("登记簿"), register),
            _header("variable", _("存入变量"), {"property": "job-type", "oneOf": [
                "banjie.document", "banjie.register.read"]}),
        ]  # fmt: skip

    def _bound(self, name: str, group: str) -> Field:
        zh, en = PROPERTIES[name]
        return {
            "id": name, "label": words({"zh": zh, "en": en}), "group": group, "optional": True,
            "binding": {"type": "zeebe:property", "name": name},
        }  # fmt: skip

    def _choice(self, name: str, group: str, choices: list[tuple[str, str]]) -> Field:
        return {**self._bound(name, group), **_listed(choices)}

    def _named(self, vocabulary: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
        return [(code, words({"zh": zh, "en": en})) for code, (zh, en) in vocabulary.items()]


def _listed(choices: list[tuple[str, str]]) -> Field:
    return {"type": "Dropdown", "choices": _choices([("", _("（未设置）")), *choices])}


def _header(key: str, label: str, condition: Mapping[str, Any]) -> Field:
    return {
        "type": "String", "label": label, "group": "job", "optional": True, "condition": dict(condition),
        "binding": {"type": "zeebe:taskHeader", "key": key},
    }  # fmt: skip


def _choices(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "name": name} for value, name in pairs]


def decision_choices(bundle: Bundle) -> list[tuple[str, str]]:
    """The decisions of a draft's tables: id and name; those of a file that cannot be read are left out."""
    found = []
    for path, data in sorted(bundle.files.items()):
        if path.endswith(".dmn"):
            try:
                root = dmn_xml.parse(data)
            except BanjieError:
                continue
            found += [(one.get("id"), one.get("name") or one.get("id")) for one in root.each("decision")]
    return found


def form_choices(bundle: Bundle, language: str) -> list[tuple[str, str]]:
    """The forms of a draft: id and title, those that cannot be read by their id alone."""
    found = []
    for path, data in sorted(bundle.files.items()):
        if path.startswith("forms/") and path.endswith(".schema.json"):
            stem = path.removeprefix("forms/").removesuffix(".schema.json")
            found.append((f"{bundle.name}/{stem}", _title(data, language) or stem))
    return found


def _title(data: bytes, language: str) -> str:
    try:
        read = json.loads(data)
    except ValueError:
        return ""
    if not isinstance(read, dict):
        return ""
    return str((read.get("x-title-en") if language == "en" else "") or read.get("title") or "")


@cache
def translations() -> dict[str, str]:
    """The editor's own English words → Chinese."""
    text = (resources.files("web") / "i18n" / "zh" / "editor.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found
