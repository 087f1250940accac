"""The story of a case in plain words, one paragraph a step: it reads well aloud and on paper.

Called by the auditor's page and the dossier. Says who did what, when, what was chosen and what followed for
the law's clocks, in Chinese or in English; names of acts and periods are those of the diagram and of the law.
It reads no database: what codes are called is handed to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from engine.audit import wording
from engine.audit.history import Step
from engine.audit.naming import Names
from engine.bpmn.vocabulary import ACTS
from engine.clock import read_moment
from engine.errors import BanjieError
from engine.organisation.roles import ROLES
from engine.periods import Limit
from engine.records.entries import Event

CHOICES = 6
"""Choices of one form that are told; the form itself tells the rest."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_GAP = re.compile(r"[ \u3000]+(?=[（(，。；])")
_STOPS = "。.；; "


@dataclass(frozen=True)
class Paragraph:
    """What is said of one step: its number, its moment as text, and its sentences, without full stops;
    `again` says that the paragraph before it has the same moment."""

    seq: int
    when: str
    sentences: tuple[str, ...]
    again: bool = False


def tell(
    story: Sequence[Step], zone: ZoneInfo, language: str = "zh", names: Names | None = None
) -> list[str]:
    """The story, one text a step that did something a reader cares for."""
    english = language == "en"
    then, colon, between, stop = (
        (wording.THEN[1], ": ", "; ", ".") if english else (wording.THEN[0], "，", "；", "。")
    )
    return [
        (then if one.again else one.when + colon) + between.join(one.sentences) + stop
        for one in paragraphs(story, zone, language, names)
    ]


def paragraphs(
    story: Sequence[Step], zone: ZoneInfo, language: str = "zh", names: Names | None = None
) -> list[Paragraph]:
    """The same, step by step, for a page that leads from words to steps."""
    teller = _Teller(language == "en", names or Names())
    told: list[Paragraph] = []
    for step in story:
        sentences = tuple(dict.fromkeys(teller.sentences(step)))
        if sentences:
            when = teller.moment(step.moment, zone)
            again = bool(told) and told[-1].when == when
            told.append(Paragraph(step.seq, when, sentences, again))
    return told


@dataclass
class _Teller:
    """Knows what was named earlier in the story: periods, work items, people."""

    english: bool
    names: Names
    titles: dict[Any, tuple[str, str]] = field(default_factory=dict)
    items: dict[Any, tuple[str, str]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    introduced: set[tuple[str, str]] = field(default_factory=set)
    party: str = ""
    party_variable: str = ""
    root: Any = None

    def sentences(self, step: Step) -> Iterator[str]:
        name = str(step.actor.get("name") or self.say(wording.SYSTEM))
        if step.actor.get("kind") == "system":
            name = self.say(wording.SYSTEM)
        if step.actor.get("person"):
            self.people[str(step.actor["person"])] = name
        for event in step.events:
            self._remember(event)
            template = self._template(event)
            if template:
                who = self._introduced(step.actor, name) if "{who}" in template else name
                yield template.format_map(self._facts(event, who, name)).rstrip(_STOPS)

    def _template(self, event: Event) -> str:
        if not event.data:
            return ""
        if event.type == "VariableSet":
            return self.say(wording.SENTENCES["PartyChanged"]) if self._another_party(event.data) else ""
        online = event.type == "CaseReceived" and event.data.get("channel") == "online"
        both = wording.SENTENCES.get("CaseReceived.online" if online else event.type)
        return self.say(both) if both else ""

    def _another_party(self, data: Mapping[str, Any]) -> bool:
        """Whether the case is another's from here on: found out only now, or a successor's."""
        name = str(data["value"] or "")
        if (data["scope"], data["name"]) != (self.root, self.party_variable) or name in ("", self.party):
            return False
        self.party = name
        return True

    def _introduced(self, actor: Mapping[str, Any], name: str) -> str:
        """Who acts; the first time an officer does, with post and unit."""
        key = (str(actor.get("person") or ""), str(actor.get("post") or ""))
        post, unit = self.names.post(key[1]), self.names.unit(str(actor.get("unit") or ""))
        if not all(key) or key in self.introduced or not self.say(post):
            return name
        self.introduced.add(key)
        first, last = (post, unit) if self.english else (unit, post)
        return self.say(wording.POST).format(name, self.say(first), self.say(last))

    def say(self, both: tuple[str, str]) -> str:
        return both[self.english]

    def moment(self, moment: str, zone: ZoneInfo) -> str:
        local = read_moment(moment).astimezone(zone)
        weekday = wording.WEEKDAYS[self.english][local.weekday()]
        time = f"{local:%H:%M}"
        if self.english:
            return f"{weekday} {self._day(local.date().isoformat())}, {time}"
        return f"{self._day(local.date().isoformat())}（星期{weekday}）{time}"

    def _remember(self, event: Event) -> None:
        data = event.data
        if event.type == "PeriodOpened" and data:
            rule = data["ledger"]["rule"]
            title = str(rule.get("name") or data["id"])
            self.titles[data["period"]] = (title, str(rule.get("name_en") or title))
        elif event.type == "CaseReceived" and data:
            self.party = str(data.get("applicant") or "")
            self.party_variable = str(data.get("party", {}).get("name", ""))
        elif event.type == "ScopeOpened" and data and self.root is None:
            self.root = data["scope"]
        elif event.type == "WorkItemOffered" and data:
            self.items[data["instance"]] = (str(data["name"]), str(data.get("act") or ""))

    def _facts(self, event: Event, who: str, name: str) -> Mapping[str, str]:
        data = event.data
        texts = {name: str(value) for name, value in data.items() if isinstance(value, str | int)}
        applicant = texts.get("applicant") or name
        return _Worded(
            {
                **texts,
                "who": who,
                "title": (self.english and self.names.title(texts.get("item", ""))) or texts.get("title", ""),
                "applicant": applicant,
                "party": "" if applicant == name else self.say(wording.PARTY).format(applicant),
                "item": self._item(data.get("key")),
                "name": self._activity(texts.get("name", ""), texts.get("act", "")),
                "choices": self._choices(data.get("data")),
                "decision": self._decision(data),
                "result": self._result(data),
                "element": self.names.element(texts.get("element", "")),
                "timer": self._timer(texts.get("element", "")),
                "to": self._notified(texts.get("to", "")),
                "text": self._plain(texts.get("text", "")).rstrip(_STOPS),
                "by": self._length(texts.get("by", "")),
                "person": self._person(data.get("person")),
                "against": self._against(data.get("person"), texts.get("level", "")),
                "period": self.say(wording.PERIOD).format(self._title(data)),
                "promise": self._promise(data.get("promised_on"), data.get("due_on")),
                "kind": texts.get("kind") or self.say(wording.UNNAMED),
                "number": self._number(texts.get("number", ""), event.type),
                "outcome": texts.get("outcome") or self.say(wording.NOTHING),
                "sentence": self._sentence(data.get("sentence")),
                "level": self.say(wording.LEVELS.get(texts.get("level", ""), ("", ""))),
                "over": self.say(wording.OVER.get(texts.get("limit", ""), ("", ""))),
                "started": self._day(data.get("started_on")),
                "due": self._day(data.get("extended_to") or data.get("due_on")),
                "before": self._day(data.get("due_before")),
                "on": self._day(data.get("on") or data.get("since")),
            }
        )

    def _item(self, key: Any) -> str:
        name, act = self.items.get(key, ("", ""))
        return self._activity(name, act) if name else self.say(wording.AN_ITEM)

    def _activity(self, name: str, act: str) -> str:
        """An activity's name; in English with the kind of act it is, since diagrams speak Chinese."""
        quoted = self.say(wording.QUOTED).format(name)
        return f"{quoted} ({ACTS[act][1]})" if self.english and act in ACTS else quoted

    def _choices(self, answers: Any) -> str:
        """What was chosen in a form: of its fields those whose choices have names, else those answered by yes
        or no."""
        if not isinstance(answers, Mapping):
            return ""
        found = [self.names.choice(name, value) for name, value in answers.items() if value is not None]
        told = [tuple(map(self.say, both)) for both in found if both is not None]
        if not told:
            flags = ((self.names.label(n), value) for n, value in answers.items() if isinstance(value, bool))
            told = [
                (self.say(label), self.say(wording.YES if yes else wording.NO))
                for label, yes in flags
                if label
            ]
        return "".join(
            self.say(wording.SIMPLY if label == choice else wording.CHOICE).format(label, choice)
            for label, choice in told[:CHOICES]
        )

    def _decision(self, data: Mapping[str, Any]) -> str:
        """A decision by the name people gave it, as its evidence has it, with the rules that hit."""
        told = list(_asked(data.get("evidence")))
        name = str((told and told[-1].get("name")) or data.get("decision") or "")
        tables = told[-1].get("tables", ()) if told else ()
        hits = [str(rule["index"]) for table in tables for rule in table.get("rules", ())]
        return self.say(wording.QUOTED).format(name) + self._rules(hits, bool(tables))

    def _rules(self, hits: Sequence[str], asked: bool) -> str:
        if not hits:
            return self.say(wording.NO_RULE) if asked else ""
        listed = self.say(wording.AND).join(filter(None, (self.say(wording.COMMA).join(hits[:-1]), hits[-1])))
        return self.say(wording.RULES if len(hits) > 1 else wording.RULE).format(listed)

    def _result(self, data: Mapping[str, Any]) -> str:
        """What a decision gave, where it gave words: a basis, a name, a kind."""
        value = data.get("value")
        given = value.values() if isinstance(value, Mapping) else (value,)
        words = [str(one) for one in given if isinstance(one, str) and _CHINESE.search(one)]
        if not words:
            return self.say(wording.A_RESULT)
        return self.say(wording.RESULT).format(self.say(wording.COMMA).join(words))

    def _timer(self, element: str) -> str:
        name = self.names.element(element)
        return self.say(wording.TIMER).format(name) if name != element else ""

    def _notified(self, role: str) -> str:
        known = ROLES.get(role)
        names = (known.name_zh, known.name_en.lower()) if known else None
        return self.say(wording.NOTIFIED).format(self.say(names)) if names else ""

    def _length(self, text: str) -> str:
        try:
            return Limit.read(text).words("en" if self.english else "zh")
        except BanjieError:
            return text

    def _plain(self, text: str) -> str:
        """A sentence written for a screen, as it is read aloud: days in words, no gap before a bracket."""
        return _GAP.sub("", _DAY.sub(lambda found: self._day(found[0]), text))

    def _person(self, login: Any) -> str:
        return self.people.get(str(login)) or self.names.person(str(login)) if login else ""

    def _against(self, login: Any, level: str) -> str:
        both = wording.REMINDED if level == "T" else wording.AGAINST
        return self.say(both).format(self._person(login)) if login else ""

    def _title(self, data: Mapping[str, Any]) -> str:
        title = self.titles.get(data.get("period"))
        return self.say(title) if title else str(data.get("id", ""))

    def _promise(self, day: Any, due: Any) -> str:
        return self.say(wording.PROMISE).format(self._day(day)) if day and day != due else ""

    def _number(self, number: str, type_: str) -> str:
        return f" {number}" if number and type_ == "DocumentIssued" and self.english else number

    def _sentence(self, sentence: Any) -> str:
        if isinstance(sentence, Mapping):
            return self._plain(str(sentence.get("en" if self.english else "zh") or sentence.get("zh") or ""))
        return self._plain(self.names.retell(str(sentence or "")))

    def _day(self, text: Any) -> str:
        if not text:
            return ""
        year, month, day = (int(part) for part in str(text)[:10].split("-"))
        return f"{day} {wording.MONTHS[month - 1]} {year}" if self.english else f"{year}年{month}月{day}日"


def _asked(evidence: Any) -> Iterator[Mapping[str, Any]]:
    """The decisions of the evidence; of several versions in time, those of the one that binds."""
    if isinstance(evidence, Mapping):
        yield from evidence.get("decisions", ())
        in_time = evidence.get("in_time") or {}
        for version in in_time.get("versions", ()):
            if version.get("of") == in_time.get("chosen"):
                yield from version.get("decisions", ())


class _Worded(dict[str, str]):
    """Facts of an event; what an older event does not say is left empty."""

    def __missing__(self, key: str) -> str:
        return ""
