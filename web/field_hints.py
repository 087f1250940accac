"""What is said below a field's label where its form says nothing: how such a value is written.

Called by `web.forms` for every form of every procedure. It knows kinds of fields, never a procedure.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.definitions.form_fields import Field
from web.language import _, words

_BY_FORMAT: dict[str, Callable[[], str]] = {
    "cn-id": lambda: _("18位，末位可能是X"),
    "cn-uscc": lambda: _("18位，见营业执照或登记证书"),
    "cn-subject": lambda: _("个人填公民身份号码，单位填统一社会信用代码，都是18位"),
    "cn-mobile": lambda: _("11位手机号"),
}


def hint(item: Field) -> str:
    """The form's own hint; else what its kind of value asks for; "" where nothing needs saying."""
    if item.hint:
        return words(item.hint)
    if item.format == "cn-mobile" and item.name == "phone":
        return _("11位手机号；以后查询进度要用它的后四位")
    if item.format in _BY_FORMAT:
        return _BY_FORMAT[item.format]()
    return _("可以选几项，没有的不选") if item.widget == "checkboxes" and not item.required else ""
