"""Every component on one page, for the tests and for the eye; no part of the product."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, render_template, request
from werkzeug.datastructures import FileStorage

from engine.definitions.form_fields import Field, read_fields
from engine.definitions.form_schema import Schemas
from engine.definitions.form_values import html_values
from engine.errors import ActBlocked, Finding, Malformed
from web import forms
from web.app import create_app
from web.frame import Place, Post, SignedIn
from web.services import Settings


@dataclass(frozen=True)
class Handed:
    settings: Settings = field(default_factory=lambda: Settings(secret="only for tests"))


SCHEMA = {
    "type": "object",
    "title": "填写申请",
    "required": ["name", "id", "area", "fee", "from", "kind", "materials", "district", "plan", "declared"],
    "properties": {
        "name": {
            "type": "string",
            "title": "申请人姓名",
            "x-title-en": "Name of the applicant",
            "maxLength": 60,
        },
        "id": {
            "type": "string",
            "title": "公民身份号码",
            "maxLength": 18,
            "description": "18 位，末位可以是 X。",
        },
        "reason": {"type": "string", "title": "申请事由", "maxLength": 500},
        "area": {"type": "number", "title": "设置面积（平方米）"},
        "fee": {"type": "string", "format": "money", "title": "工程造价"},
        "from": {"type": "string", "format": "date", "title": "拟设置之日"},
        "kind": {
            "title": "设施类型",
            "type": "string",
            "oneOf": [
                {"const": "roof", "title": "楼顶"},
                {"const": "wall", "title": "墙面"},
                {"const": "pole", "title": "立柱"},
            ],
        },
        "materials": {
            "title": "已交材料",
            "type": "array",
            "items": {
                "type": "string",
                "oneOf": [
                    {"const": "form", "title": "申请书"},
                    {"const": "plan", "title": "效果图"},
                    {"const": "proof", "title": "产权证明"},
                ],
            },
        },
        "district": {"type": "string", "title": "所在区", "maxLength": 20},
        "plan": {"type": "object", "format": "file", "title": "效果图文件", "description": "PDF 或图片。"},
        "photos": {"type": "array", "items": {"type": "object", "format": "file"}, "title": "现场照片"},
        "declared": {"type": "boolean", "title": "我声明以上内容真实"},
        "members": {
            "title": "共同申请人",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "phone"],
                "properties": {
                    "name": {"type": "string", "title": "姓名", "maxLength": 60},
                    "phone": {"type": "string", "title": "手机号码", "maxLength": 11},
                },
            },
        },
    },
    "x-ui": {
        "groups": [
            {"title": {"zh": "申请人", "en": "Applicant"}, "fields": ["name", "id", "reason"]},
            {"title": {"zh": "设施", "en": "Structure"}, "fields": ["area", "fee", "from", "kind"]},
        ],
        "widgets": {"district": "select"},
    },
}


@dataclass(frozen=True)
class Typed:
    """A form of this schema that is read and typed, but not judged."""

    fields: tuple[Field, ...]

    def from_html(self, sent: Any) -> dict[str, Any]:
        return html_values(self.fields, sent)


FORM = Typed(read_fields(Schemas(SCHEMA, {"type": "object"}), SCHEMA))
FIELDS = FORM.fields
DISTRICTS = {"district": [("east", "东湖区"), ("west", "西岭区")]}


def keep(upload: FileStorage) -> dict[str, Any]:
    """The facts of an upload, as a file store would give them."""
    content = upload.read()
    digest = hashlib.sha256(content).hexdigest()
    return {"sha256": digest, "name": upload.filename, "size": len(content), "media_type": upload.mimetype}


VALUES = {
    "name": "林晓岚",
    "id": "36010219990230001X",
    "reason": "新店开业，拟在楼顶设置发光字招牌一处。",
    "area": Decimal("36.5"),
    "fee": Decimal("128000.00"),
    "from": "2026-11-02",
    "kind": "roof",
    "materials": ["form", "plan"],
    "plan": {
        "sha256": "ab" * 32,
        "name": "楼顶招牌效果图.pdf",
        "size": 2345678,
        "media_type": "application/pdf",
    },
    "photos": [{"sha256": "cd" * 32, "name": "现场.jpg", "size": 34567, "media_type": "image/jpeg"}],
    "members": [{"name": "周明"}, {"name": "何蕊", "phone": "138"}],
}

FINDINGS = (
    Finding("/id", "应为真实存在的公民身份号码，但出生日期 1999-02-30 不存在", "form.id"),
    Finding("/members/1/phone", "应为 11 位手机号码，但只有 3 位", "form.phone"),
)


ROOM = Blueprint("gallery", __name__, url_prefix="/gallery", template_folder="templates")


@ROOM.before_request
def sign_in() -> None:
    if "stranger" not in request.args:
        posts = [Post("p2", "窗口受理人"), Post("p3", "档案管理员")]
        g.signed_in = SignedIn("李敏", "许可科经办人", "东湖区城市管理局", posts)


@ROOM.context_processor
def places() -> dict[str, object]:
    ways = [("待办事项", "/gallery/"), ("案件", "/gallery/cases"), ("期限看板", "/gallery/form")]
    return {"navigation": [Place(*way) for way in ways]}


@ROOM.get("/")
def everything() -> str:
    return render_template("gallery/parts.html", **facts())


@ROOM.get("/form")
def blank() -> str:
    return form_page(forms.controls(FIELDS, options=DISTRICTS))


@ROOM.get("/wrong")
def wrong() -> str:
    return form_page(forms.controls(FIELDS, VALUES, FINDINGS, options=DISTRICTS), FINDINGS)


@ROOM.post("/form")
def posted() -> str:
    reading = forms.read(FORM, request.form, request.files, keep)
    if reading.again:
        return form_page(forms.controls(FIELDS, reading.values, rows=reading.rows, options=DISTRICTS))
    return render_template("gallery/done.html")


@ROOM.get("/diagram.bpmn")
def drawing() -> Response:
    return Response(render_template("gallery/diagram.bpmn"), mimetype="application/xml")


@ROOM.get("/tokens.json")
def tokens() -> Response:
    where = {"element": "decide", "count": 1, "state": "yellow"}
    return jsonify(tokens=[where], passed=["start", "accept", "f1"])


@ROOM.get("/refuse/<kind>")
def refuse(kind: str) -> str:
    if kind == "malformed":
        raise Malformed("Expected a form, but two fields are wrong", FINDINGS)
    if kind == "blocked":
        raise ActBlocked("Expected another person to decide, but the handler may not decide the own case")
    raise RuntimeError("the inside of the product")


@ROOM.post("/act")
def act() -> str:
    return "done"


def form_page(drawn: tuple[forms.Control, ...], findings: tuple[Finding, ...] = ()) -> str:
    return render_template("gallery/form.html", controls=drawn, findings=findings, names=forms.labels(drawn))


def application() -> Flask:
    """The product's application with the gallery as its only room."""
    return create_app(Handed(), [ROOM])


def facts() -> dict[str, Any]:
    rows = [
        ("XK-2026-0007", "大型户外广告设置许可", "金城传媒有限公司", date(2026, 10, 9), ["red"]),
        ("LH-2026-0031", "落户（投靠子女）", "林晓岚", date(2026, 10, 14), ["yellow", "provisional"]),
        ("XK-2026-0011", "大型户外广告设置许可", "云桥餐饮店", date(2026, 10, 19), ["soon"]),
        ("XK-2026-0012", "大型户外广告设置许可", "东湖书院", date(2026, 11, 3), ["normal"]),
        ("XK-2026-0009", "大型户外广告设置许可", "远景置业有限公司", date(2026, 11, 20), ["suspended"]),
    ]
    received = datetime(2026, 9, 8, 1, 30, tzinfo=UTC)
    unit = forms.Control("unit", "unit", "承办单位", "select", choices=tuple(DISTRICTS["district"]), value="")
    states = (("yellow", "黄牌"), ("red", "红牌"))
    state = forms.Control("state", "state", "状态", "checkboxes", choices=states, value=["yellow"])
    return {
        "places": [Place("首页", "/"), Place("许可科", "/gallery/"), Place("待办事项", "/gallery/")],
        "rows": [dict(zip(("number", "item", "who", "due", "states"), row, strict=True)) for row in rows],
        "amount": Decimal("128000.5"),
        "now": received,
        "due": date(2026, 10, 14),
        "days": days(),
        "filter_unit": unit,
        "filter_state": state,
        "history": [
            {
                "title": "黄牌：许可决定临近届满",
                "by": "监督系统",
                "moment": received + timedelta(days=30),
                "text": "依据《行政许可法》第四十二条，还剩 2 个工作日。",
                "kind": "yellow",
            },
            {
                "title": "受理",
                "by": "窗口 陈洁",
                "moment": received + timedelta(days=2),
                "text": "材料齐全，出具受理通知书。",
            },
            {"title": "收到申请", "by": "", "moment": received, "text": "网上提交。"},
        ],
        "papers": [
            {
                "name": "申请书.pdf",
                "href": "#",
                "size": 234567,
                "moment": received,
                "by": "申请人",
                "sha256": "9f" * 32,
            },
            {"name": "楼顶招牌效果图.png", "href": "#", "size": 3456789, "sha256": "1c" * 32},
        ],
    }


def days() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    count = 0
    rests = {date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))}
    makeup = {date(2026, 9, 20), date(2026, 10, 10)}
    for offset in range(37):
        on = date(2026, 9, 8) + timedelta(days=offset)
        kind = "makeup" if on in makeup else "rest" if on in rests or on.weekday() > 4 else "counted"
        kind = (
            "start" if offset == 0 else "suspended" if date(2026, 9, 16) <= on <= date(2026, 9, 18) else kind
        )
        counted = kind in {"makeup", "counted"}
        count += counted
        found.append({"date": on, "kind": kind, "number": count if counted else None, "note": ""})
    found[-1]["kind"] = "last"
    return found
