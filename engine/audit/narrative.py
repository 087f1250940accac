"""The story of a case in plain words, one paragraph a step: it reads well aloud and on paper.

Called by the auditor's page and the dossier. Says who did what, when, and what followed for the law's
clocks, in Chinese or in English; names of acts and periods are those of the diagram and of the law.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from engine.audit import wording
from engine.audit.history import Step
from engine.clock import read_moment
from engine.records.entries import Event


@dataclass(frozen=True)
class Paragraph:
    """What is said of one step: its number, its moment as text, and its sentences."""

    seq: int
    when: str
    sentences: tuple[str, ...]


def tell(story: Sequence[Step], zone: ZoneInfo, language: str = "zh") -> list[str]:
    """The story, one text a step that did something a reader cares for."""
    if language == "en":
        return [f"{p.when}: {'; '.join(p.sentences)}." for p in paragraphs(story, zone, language)]
    told = paragraphs(story, zone, language)
    return [f"{p.when}，{'；'.join(one.rstrip('。') for one in p.sentences)}。" for p in told]


def paragraphs(story: Sequence[Step], zone: ZoneInfo, language: str = "zh") -> list[Paragraph]:
    """The same, step by step, for a page that leads from words to steps."""
    teller = _Teller(language == "en")
    told = []
    for step in story:
        sentences = tuple(dict.fromkeys(teller.sentences(step)))
        if sentences:
            told.append(Paragraph(step.seq, teller.moment(step.moment, zone), sentences))
    return told


@dataclass
class _Teller:
    """Knows what was named earlier in the story: periods, work items, people."""

    english: bool
    titles: dict[Any, tuple[str, str]] = field(default_factory=dict)
    items: dict[Any, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)

    def sentences(self, step: Step) -> Iterator[str]:
        who = str(step.actor.get("name") or self.say(wording.SYSTEM))
        if step.actor.get("kind") == "system":
            who = self.say(wording.SYSTEM)
        if step.actor.get("person"):
            self.people[str(step.actor["person"])] = who
        for event in step.events:
            self._remember(event)
            if event.type in wording.SENTENCES and event.data:
                yield self.say(wording.SENTENCES[event.type]).format_map(self._facts(event, who))

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
        elif event.type == "WorkItemOffered" and data:
            self.items[data["instance"]] = str(data["name"])

    def _facts(self, event: Event, who: str) -> Mapping[str, str]:
        data = event.data
        texts = {name: str(value) for name, value in data.items() if isinstance(value, str | int)}
        return _Worded(
            {
                **texts,
                "who": who,
                "applicant": texts.get("applicant") or who,
                "item": self._item(data.get("key")),
                "decision": self._decision(data),
                "person": self._person(data.get("person")),
                "against": self._against(data.get("person")),
                "period": self.say(wording.PERIOD).format(self._title(data)),
                "promise": self._promise(data.get("promised_on")),
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
        name = self.items.get(key)
        return self.say(wording.QUOTED).format(name) if name else self.say(wording.AN_ITEM)

    def _decision(self, data: Mapping[str, Any]) -> str:
        """A decision by the name people gave it, as its evidence has it, with the rules that hit."""
        told = list(_asked(data.get("evidence")))
        name = str((told and told[-1].get("name")) or data.get("decision") or "")
        tables = told[-1].get("tables", ()) if told else ()
        hits = [str(rule["index"]) for table in tables for rule in table.get("rules", ())]
        rules = self.say(wording.RULES).format(self.say(wording.AND).join(hits)) if hits else ""
        return self.say(wording.QUOTED).format(name) + rules

    def _person(self, login: Any) -> str:
        return self.people.get(str(login), str(login)) if login else ""

    def _against(self, login: Any) -> str:
        return self.say(wording.AGAINST).format(self._person(login)) if login else ""

    def _title(self, data: Mapping[str, Any]) -> str:
        title = self.titles.get(data.get("period"))
        return self.say(title) if title else str(data.get("id", ""))

    def _promise(self, day: Any) -> str:
        return self.say(wording.PROMISE).format(self._day(day)) if day else ""

    def _number(self, number: str, type_: str) -> str:
        return f" {number}" if number and type_ == "DocumentIssued" and self.english else number

    def _sentence(self, sentence: Any) -> str:
        if isinstance(sentence, Mapping):
            return str(sentence.get("en" if self.english else "zh") or sentence.get("zh") or "")
        return str(sentence or "")

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
