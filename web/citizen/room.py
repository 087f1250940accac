"""The citizen's room: its blueprint and its navigation. Nobody signs in here.

The modules beside it hang their pages on `ROOM`. What belongs to one case is opened by `proof` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, url_for

from web.frame import Place
from web.language import _, words

ROOM = Blueprint("citizen", __name__, url_prefix="/citizen")


_KINDS = {
    "行政许可": "Administrative licence",
    "行政处罚": "Administrative penalty",
    "公共服务": "Public service",
    "其他": "Other",
}
_AUDIENCES = {
    "个人": "Individuals",
    "个体工商户": "Sole traders",
    "企业": "Enterprises",
    "其他组织": "Other organisations",
}
_FORMS = {
    "原件": "original",
    "复印件": "copy",
    "原件及复印件": "original and copy",
    "免提交": "looked up by the office",
    "登记可查的免提交": "looked up where registered",
}


def _said(names: Mapping[str, str]) -> Callable[[str], str]:
    """A word of a closed vocabulary of the catalogue, in the reader's language."""
    return lambda word: words({"zh": word, "en": names.get(word, word)})


kind_name, audience_name, form_name = _said(_KINDS), _said(_AUDIENCES), _said(_FORMS)


@ROOM.context_processor
def vocabularies() -> dict[str, object]:
    """The catalogue's own words, for templates: kinds, audiences, forms of a paper."""
    return {"kind_name": kind_name, "audience_name": audience_name, "form_name": form_name}


@ROOM.context_processor
def navigation() -> dict[str, object]:
    """Where anybody can go."""
    places = [
        Place(_("办事大厅"), url_for("citizen.home")),
        Place(_("查询进度"), url_for("citizen.query")),
        Place(_("结果公示"), url_for("citizen.published")),
        Place(_("文书核验"), url_for("citizen.verify")),
        Place(_("公开统计"), url_for("citizen.open_figures_page")),
        Place(_("工作人员登录"), url_for("signin.page")),
    ]
    return {"navigation": places, "home": url_for("citizen.home")}
