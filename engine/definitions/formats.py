"""The named formats of form fields: Chinese identity numbers, credit codes, money, files and dates.

Called by `forms`, by registers and imports that meet the same values outside a form, and by the designer's
page for its list. Pure: each check looks at one value and either finds nothing or says, in Chinese and in
English, what was expected. Whether a number exists is a register's question, not asked here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_CERTIFICATE = re.compile(r"[\u4e00-\u9fff]{0,4}[0-9A-Z][0-9A-Z\-]{4,23}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+\-]{0,100}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_MONEY = Decimal("1e15")


@dataclass(frozen=True)
class Fault:
    """Why a value does not have its format: what was expected, in Chinese and in English.

    The words follow the field's label: "“手机”" + `zh`; "Expected "Phone" " + `en`.
    """

    zh: str
    en: str


Check = Callable[[Any], Fault | None]


@dataclass(frozen=True)
class Format:
    """A named format: its names for people, its check, how a typed value is brought to its written form."""

    name: str
    zh: str
    en: str
    check: Check
    normal: Callable[[Any], Any]
    example: str = ""


def cn_id(value: Any) -> Fault | None:
    """公民身份号码, GB 11643: 17 digits with a date of birth and a check digit modulo 11."""
    if not isinstance(value, str) or not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", value):
        return Fault("应当是18位公民身份号码", "to be an 18-character identity number")
    if birth_date(value) is None:
        return Fault("中的出生日期不存在", "to hold a date of birth that exists")
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, value, strict=False))
    if _ID_CHECKS[total % 11] != value[17]:
        return Fault("的校验码不符，请核对每一位", "to end with the check digit of its first 17 digits")
    return None


def cn_uscc(value: Any) -> Fault | None:
    """统一社会信用代码, GB 32100: 18 characters without I, O, S, V, Z and a check character modulo 31."""
    if not isinstance(value, str) or len(value) != 18 or any(sign not in _USCC_LETTERS for sign in value):
        return Fault("应当是18位统一社会信用代码", "to be an 18-character unified social credit code")
    total = sum(w * _USCC_LETTERS.index(sign) for w, sign in zip(_USCC_WEIGHTS, value, strict=False))
    if _USCC_LETTERS[-total % 31] != value[17]:
        return Fault("的校验码不符，请核对每一位", "to end with the check character of the 17 before it")
    return None


def cn_subject(value: Any) -> Fault | None:
    """A person's identity number or an organisation's credit code, whichever it is written as."""
    if cn_id(value) is None or cn_uscc(value) is None:
        return None
    return Fault(
        "应当是公民身份号码或者统一社会信用代码（18位，校验码相符）",
        "to be an identity number or a unified social credit code with its check digit",
    )


def cn_mobile(value: Any) -> Fault | None:
    """A mainland mobile number: eleven digits, 13 to 19 in front."""
    if isinstance(value, str) and _MOBILE.fullmatch(value):
        return None
    return Fault("应当是11位手机号码", "to be a mobile number of 11 digits")


def officer_certificate(value: Any) -> Fault | None:
    """执法证号 as issued: letters, digits and hyphens, perhaps after a province's short name."""
    if isinstance(value, str) and _CERTIFICATE.fullmatch(value):
        return None
    return Fault("应当是执法证上的编号（字母、数字）", "to be a certificate number of letters and digits")


def money(value: Any) -> Fault | None:
    """An amount in yuan: a decimal number, not negative, at most two places, below 10^15."""
    amount = to_money(value)
    if isinstance(amount, bool) or not (isinstance(amount, int) or _finite(amount)):
        return Fault("应当是金额，如1280.50", "to be an amount such as 1280.50")
    if amount < 0 or amount >= _MOST_MONEY:
        return Fault("应当是不小于0的金额", "to be an amount of 0 or more")
    if isinstance(amount, Decimal) and -int(amount.as_tuple().exponent) > 2:
        return Fault("最多保留两位小数", "to have at most two decimal places")
    return None


def _finite(value: Any) -> bool:
    return isinstance(value, Decimal) and value.is_finite()


def file(value: Any) -> Fault | None:
    """A file of the store: {sha256, name, size, media_type}; the bytes lie elsewhere."""
    wanted = Fault("应当是已上传的文件", "to be an uploaded file")
    if not isinstance(value, Mapping) or not {"sha256", "name", "size", "media_type"} <= set(value):
        return wanted
    digest, name, size, media = value["sha256"], value["name"], value["size"], value["media_type"]
    if not (isinstance(digest, str) and re.fullmatch(r"[0-9a-f]{64}", digest)):
        return wanted
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        return Fault("是空文件", "to be a file that is not empty")
    if not isinstance(media, str) or not _MEDIA_TYPE.fullmatch(media):
        return Fault("的文件类型不明", "to have a media type")
    named = isinstance(name, str) and 0 < len(name) <= 255 and not re.search(r"[/\\\x00-\x1f]", name)
    return None if named else Fault("的文件名不合规范", "to have a plain file name of at most 255 characters")


def iso_date(value: Any) -> Fault | None:
    """A date such as 2026-03-02, which exists."""
    wanted = Fault("应当是日期，如2026-03-02", "to be a date such as 2026-03-02")
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return wanted
    return None if _parsed(date.fromisoformat, value) else wanted


def iso_time(value: Any) -> Fault | None:
    """A time of day such as 09:30 or 09:30:00."""
    shaped = isinstance(value, str) and re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", value)
    if shaped and _parsed(time.fromisoformat, value) is not None:
        return None
    return Fault("应当是时间，如09:30", "to be a time such as 09:30")


def iso_date_time(value: Any) -> Fault | None:
    """A moment such as 2026-03-02T09:30:00+08:00, with or without its zone."""
    shaped = isinstance(value, str) and _DATE.match(value) and value[10:11] == "T"
    if shaped and _parsed(datetime.fromisoformat, value) is not None:
        return None
    return Fault(
        "应当是日期和时间，如2026-03-02T09:30:00", "to be a date and time such as 2026-03-02T09:30:00"
    )


def email(value: Any) -> Fault | None:
    """An electronic mail address: one @, a dotted domain, no spaces."""
    if isinstance(value, str) and re.fullmatch(r"[^\s@]{1,64}@[^\s@.]{1,63}(\.[^\s@.]{1,63}){1,8}", value):
        return None
    return Fault("应当是电子邮箱地址", "to be an e-mail address")


# What a typed value becomes


def to_money(value: Any) -> Any:
    """Numeric text, with or without thousands separators, as a Decimal; anything else as it is."""
    if not isinstance(value, str):
        return value
    plain = value.strip().replace(",", "").replace("，", "")
    if not re.fullmatch(r"[0-9]{1,16}(\.[0-9]{1,10})?", plain):
        return value
    return Decimal(plain)


def to_number(text: str) -> Any:
    """A figure as typed as int or Decimal; text that is no figure as it is."""
    plain = text.strip().replace(",", "").replace("，", "")
    if re.fullmatch(r"[+-]?[0-9]{1,34}", plain):
        return int(plain)
    if not re.fullmatch(r"[+-]?[0-9]{1,34}\.[0-9]{1,34}", plain):
        return text
    try:
        return Decimal(plain)
    except InvalidOperation:
        return text


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _no_spaces(value: Any) -> Any:
    return re.sub(r"[\s\-]", "", value) if isinstance(value, str) else value


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _same(value: Any) -> Any:
    return value


# Facts a number carries, and checks over several values


def birth_date(number: str) -> date | None:
    """The date of birth in an identity number; None where it holds none."""
    found = _parsed(date.fromisoformat, f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    return found if isinstance(found, date) else None


def age_on(born: date, day: date) -> int:
    """Full years of age on a day, the day of the act and not of the form; a year is full on the birthday."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def dates_in_order(dates: Sequence[tuple[str, str | None]]) -> tuple[str, str] | None:
    """The first two (name, ISO date) neighbours of which the later lies before the earlier; None if they
    rise. Names without a date are passed over."""
    given = [(name, day) for name, day in dates if day]
    for (first, earlier), (second, later) in itertools.pairwise(given):
        if later < earlier:
            return first, second
    return None


def other_lacks_text(choice: Any, other: Any, text: Any) -> bool:
    """Whether 其他 was chosen (also among several) and nothing says what it is."""
    chosen = other in choice if isinstance(choice, list | tuple) else choice == other
    return chosen and not (isinstance(text, str) and text.strip())


def _parsed(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return None


FORMATS: Mapping[str, Format] = {
    found.name: found
    for found in (
        Format("cn-id", "公民身份号码", "identity number", cn_id, _upper, "11010519491231002X"),
        Format(
            "cn-uscc", "统一社会信用代码", "unified social credit code", cn_uscc, _upper, "91350100M000100Y43"
        ),
        Format("cn-subject", "身份号码或信用代码", "identity number or credit code", cn_subject, _upper),
        Format("cn-mobile", "手机号码", "mobile number", cn_mobile, _no_spaces, "13800138000"),
        Format("cn-officer-certificate", "执法证号", "officer's certificate", officer_certificate, _upper),
        Format("money", "金额", "amount of money", money, to_money, "1280.50"),
        Format("file", "文件", "file", file, _same),
        Format("date", "日期", "date", iso_date, _trimmed, "2026-03-02"),
        Format("time", "时间", "time", iso_time, _trimmed, "09:30"),
        Format("date-time", "日期时间", "date and time", iso_date_time, _trimmed, "2026-03-02T09:30:00"),
        Format("email", "电子邮箱", "e-mail address", email, _trimmed, "name@example.org"),
    )
}
"""Every format a form may name; any other is refused at deployment."""
