"""A procedure from nothing to a verified case, in a real browser, with mouse and keyboard.

A designer draws it, gives it a period with a suspension, a form and a table, mends what is found, tries it
and keeps the trial as a test; a second designer approves; clerks work a case; an auditor replays it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import DESKTOP, Opener, Server, accessibility_faults, look, sideways_scroll
from playwright.sync_api import Locator, Page, TimeoutError, expect
from town import PASSWORD, Town

pytestmark = pytest.mark.browser

ITEM, UNIT = "SQ-HD-0001", "shinan.cg"
OUTCOMES = "lent | 同意借用 | Lent\nrefused | 不同意借用 | Refused"


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """A long story on a busy machine: every step may take its time."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


def sign_in(page: Page, base: str, login: str) -> None:
    page.set_default_timeout(60_000)
    page.goto(f"{base}/signin")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(re.compile(rf"{base}/(designer|clerk|auditor)/"))


def seen(page: Page, name: str) -> None:
    """The page can be used by everybody, fits its window, and is kept as a picture."""
    faults = [fault for fault in accessibility_faults(page) if ".index-column" not in fault]  # dmn-js's own
    assert (faults, sideways_scroll(page)) == ([], 0)
    look(page, name)


# --- drawing -----------------------------------------------------------------------------------------


def ready(page: Page) -> None:
    expect(page.locator("[data-ready=true]")).to_be_visible()


def chosen(page: Page) -> str:
    """The id of the element that is selected."""
    return str(page.evaluate("banjieEditor.get('selection').get()[0]?.id ?? ''"))


def pressed(page: Page, key: str, shows: str) -> None:
    """Press a key on the canvas until it shows what it opens: a canvas at work may let a key pass."""
    shown = page.locator(shows)
    for patience in (3, 6, 12, 30):
        if not shown.count():
            page.locator("[data-canvas] .djs-container svg").first.focus()
            page.keyboard.press(key)
        try:
            shown.first.wait_for(timeout=patience * 1000)
            return
        except TimeoutError:
            continue
    raise AssertionError(f"Expected {key!r} to show {shows}, but it did not")


def append(page: Page, wanted: str, name: str) -> str:
    """Append an element to the selected one with the keyboard alone; gives its id."""
    before = chosen(page)
    expect(page.locator(".djs-context-pad.open")).to_be_visible()
    for patience in (4, 8, 30):
        if found_in_menu(page, wanted, seconds=patience):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("old => banjieEditor.get('selection').get()[0]?.id !== old", arg=before)
    made = chosen(page)
    rename(page, made, name)
    return made


def found_in_menu(page: Page, wanted: str, *, seconds: int) -> bool:
    """Open the menu of what can be appended and search it; false where the canvas closed it in between."""
    pressed(page, "a", ".djs-popup-search input:focus")
    try:
        page.keyboard.insert_text(wanted)
        page.keyboard.press("Shift")  # the menu listens to keys
        entry = page.locator(".djs-popup .entry.selected")
        expect(entry).to_contain_text(wanted, timeout=seconds * 1000)
    except AssertionError:
        page.keyboard.press("Escape")
        return False
    return True


def rename(page: Page, element: str, name: str) -> None:
    """Give the selected element a name with the keyboard."""
    pressed(page, "e", ".djs-direct-editing-content:focus")
    page.keyboard.insert_text(name)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "([id, name]) => banjieEditor.get('elementRegistry').get(id).businessObject.name === name",
        arg=[element, name],
    )
    expect(page.locator(".djs-direct-editing-content")).to_have_count(0)


def pick(page: Page, element: str) -> None:
    """Select an element with the mouse."""
    page.locator(f'.djs-element[data-element-id="{element}"] .djs-hit').first.click(force=True)
    assert chosen(page) == element


def field(page: Page, group: str, label: str) -> Locator:
    """A field of the property panel, its group unfolded."""
    head = page.locator(".bio-properties-panel-group-header", has_text=group)
    holder = page.locator(".bio-properties-panel-group", has=head)
    if not holder.get_by_label(label, exact=True).first.is_visible():
        head.click()
    return holder.get_by_label(label, exact=True).first


def give(page: Page, group: str, label: str, value: str) -> None:
    """Set a choice of the property panel."""
    field(page, group, label).select_option(value)


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("[data-state]")).to_contain_text("已保存")


def draw(page: Page) -> dict[str, str]:
    """Register, hear, price, decide: appended one to the other behind the start."""
    ready(page)
    pick(page, "apply")
    return {
        "register": append(page, "人工任务", "登记"),
        "hear": append(page, "人工任务", "听证"),
        "price": append(page, "决策任务", "计算费用"),
        "decide": append(page, "人工任务", "决定"),
        "end": append(page, "结束", "办结"),
    }


ASKED = "办结：问哪个决策"
WHO, HELD, DONE = "办结：谁办、什么行为", "办结：在此期间中止的期限", "办结：完成时对期限的影响"


def describe(page: Page, drawn: dict[str, str]) -> None:
    """Who does it, which act, which form; the period starts, stands still while heard, and stops."""
    for name, role, act in (
        ("register", "window", "register"),
        ("hear", "handler", "hear"),
        ("decide", "section-head", "decide"),
    ):
        pick(page, drawn[name])
        give(page, WHO, "角色", role)
        give(page, WHO, "行为", act)
    give(page, WHO, "表单", "hall/decide")
    give(page, DONE, "终止期限", "hall.decide")
    pick(page, drawn["register"])
    give(page, DONE, "启动期限", "hall.decide")
    pick(page, drawn["hear"])
    give(page, HELD, "中止期限", "hall.decide")
    pick(page, drawn["price"])
    give(page, ASKED, "决策", "fee")
    field(page, ASKED, "答案存入变量").fill("fee")


# --- the other parts ---------------------------------------------------------------------------------


def begin(page: Page, base: str) -> str:
    """A new procedure; gives the address of its draft."""
    page.get_by_role("button", name="新流程").click()
    page.fill("#name", "hall")
    page.fill("#title", "社区活动室借用")
    page.select_option("#kind", "registration")
    page.select_option("#unit", UNIT)
    page.fill("#item", ITEM)
    page.get_by_role("button", name="开始设计").click()
    page.wait_for_url(f"{base}/designer/drafts/*/diagram")
    return page.url.removesuffix("/diagram")


def add_field(page: Page, name: str, title: str, kind: str, choices: str = "") -> None:
    page.fill("#new_title", title)
    page.fill("#new_name", name)
    page.select_option("#new_kind", kind)
    page.fill("#new_choices", choices)
    page.get_by_role("button", name="加入新字段").click()
    expect(page.locator(f"#field-{name}")).to_be_visible()


def make_forms(page: Page, draft: str) -> None:
    """A figure more to apply with; a form to decide with, seen as clerks will see it."""
    page.goto(f"{draft}/forms/apply")
    add_field(page, "people", "人数", "integer")
    page.goto(f"{draft}/forms")
    page.fill("#stem", "decide")
    page.fill("#title", "决定")
    page.get_by_role("button", name="新建").click()
    add_field(page, "outcome", "答复", "one-of", OUTCOMES)
    add_field(page, "reasons", "理由", "long-text")
    page.locator("[name=required-outcome]").check()
    expect(page.locator("#preview").get_by_label("同意借用", exact=True)).to_be_visible()
    page.get_by_role("button", name="保存表单").click()
    seen(page, "designer-form")


def make_period(page: Page, draft: str) -> None:
    """Twenty working days that stand still while somebody is heard."""
    page.goto(f"{draft}/periods")
    page.fill("#id", "hall.decide")
    page.fill("#name", "活动室借用决定")
    page.fill("#basis", "社区活动室管理办法第五条（示例）")
    page.fill("#count", "20")
    page.select_option("#unit", "W")
    page.fill("#suspend", "听证")
    page.fill("#valid_from", "2026-01-01")
    page.get_by_role("button", name="保存期限").click()
    expect(page.get_by_text("hall.decide").first).to_be_visible()
    seen(page, "designer-periods")


def cell(page: Page, place: int, text: str) -> None:
    """Type into a cell of the table's last rule."""
    page.locator(".tjs-table tbody tr").last.locator("td.cell:not(.rule-index)").nth(place).click()
    page.keyboard.type(text)


def add_rule(page: Page, test: str, answer: str) -> None:
    count = page.locator("td.rule-index").count()
    page.locator(".add-rule-add, tfoot .add-rule").first.click()
    expect(page.locator("td.rule-index")).to_have_count(count + 1)
    cell(page, 0, test)
    cell(page, 1, answer)


def make_table(page: Page, draft: str) -> None:
    """A table with a gap, which the proof shows by an input; then without."""
    page.goto(f"{draft}/tables")
    page.fill("#stem", "fee")
    page.fill("#title", "费用")
    page.select_option("#input", "people")
    page.get_by_role("button", name="新建").click()
    ready(page)
    add_rule(page, "<= 50", '"free"')
    saved(page)
    expect(page.locator("[data-findings] .bj-finding").first).to_contain_text("people")
    seen(page, "designer-table-gap")
    add_rule(page, "> 50", '"paid"')
    saved(page)
    expect(page.get_by_text("对每一种输入都有答案")).to_be_visible()


def mend(page: Page, drawn: dict[str, str]) -> None:
    """The suspension gives no reason the law has: a click leads there, a choice mends it."""
    finding = page.locator(".bj-finding", has_text="law.suspension.reason")
    expect(finding).to_be_visible()
    seen(page, "designer-editor")
    finding.get_by_role("button").click()
    assert chosen(page) == drawn["hear"]
    give(page, HELD, "中止事由", "听证")
    expect(finding).to_have_count(0)
    expect(page.locator("span[data-errors]")).to_have_text("0 处错误")


# --- trying, reviewing, living ------------------------------------------------------------------------


def step_of_trial(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"办理 {name}").click()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text(f"已提交“{name}”")).to_be_visible()


def try_it(page: Page, draft: str) -> None:
    """Click through a trial case, jump in time while the period stands still, keep it as a test."""
    page.goto(draft)
    page.get_by_role("button", name="试运行").click()
    page.get_by_role("button", name="开始", exact=True).click()
    page.get_by_role("button", name="提交", exact=True).click()
    step_of_trial(page, "登记")
    expect(page.locator(".bj-diagram__canvas .bj-token")).to_have_count(1)
    page.fill("#day", "2026-03-09")
    page.get_by_role("button", name="拨动").click()
    step_of_trial(page, "听证")
    step_of_trial(page, "决定")
    expect(page.get_by_text("已办结").first).to_be_visible()
    look(page, "designer-trial")
    page.fill("#stem", "lent")
    page.fill("#title", "听证期间不计时")
    page.get_by_role("button", name="留作测试").click()
    expect(page.get_by_text("已留作测试 tests/lent.yaml")).to_be_visible()
    page.get_by_role("button", name="运行 tests/lent.yaml").click()
    expect(page.get_by_text("符合", exact=True)).to_be_visible()
    expect(page.locator("#coverage")).to_contain_text("走过 5 条连线，共 5 条")
    expect(page.locator("#coverage-diagram .bj-token--covered")).to_have_count(5)
    seen(page, "designer-coverage")


def deploy(designer: Page, reviewer: Page, base: str, draft: str) -> None:
    """Submitted by one, approved by another, deployed."""
    designer.goto(draft)
    designer.get_by_role("button", name="提交审核").click()
    expect(designer.get_by_text("要由另一位设计员审核").first).to_be_visible()
    assert designer.get_by_role("button", name="审核通过").count() == 0
    sign_in(reviewer, base, "chengxi")
    reviewer.goto(draft)
    reviewer.get_by_role("button", name="审核通过").click()
    designer.reload()
    designer.get_by_role("button", name="部署这一版").click()
    expect(designer.get_by_text("已部署。")).to_be_visible()


def work(page: Page, base: str, login: str, task: str) -> None:
    """A clerk claims and completes a task."""
    sign_in(page, base, login)
    page.get_by_role("button", name=f"领取 {task}").first.click()
    if task == "决定":
        page.get_by_label("同意借用", exact=True).check()
    page.get_by_role("button", name="提交，办理完成").click()
    expect(page.get_by_text(f"已办理“{task}”")).to_be_visible()


def live(town: Town, base: str, open_page: Opener) -> str:
    """A window clerk takes the application in; three people work it to its end. Gives its number."""
    window = open_page()
    sign_in(window, base, "wangli")
    window.goto(f"{base}/clerk/window/{ITEM}/{UNIT}")
    window.locator('[name="/applicant_name"]').fill("周婷")
    window.locator('[name="/phone"]').fill("13905320017")
    window.locator('[name="/people"]').fill("40")
    window.get_by_role("button", name=re.compile("收件|提交")).first.click()
    window.wait_for_url(f"{base}/clerk/cases/**")
    number = re.search(r"/clerk/cases/(\d+)", window.url)
    assert number
    for login, task in (("wangli", "登记"), ("zhangwei", "听证"), ("chenjing", "决定")):
        work(open_page(), base, login, task)
    assert not town.state(number[1]).open
    return number[1]


def audit(page: Page, base: str, number: str) -> None:
    """An auditor replays the case: everything is decided again alike."""
    sign_in(page, base, "yinhe")
    page.goto(f"{base}/auditor/cases/{number}")
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_role("heading", name="核验通过")).to_be_visible()
    page.get_by_role("button", name="重放").click()
    expect(page.get_by_role("heading", name="重放一致")).to_be_visible()
    look(page, "designer-audit")


def test_a_procedure_is_drawn_tried_deployed_worked_and_replayed(
    town: Town, serve: Server, open_page: Opener
) -> None:
    base, page = serve(town.app), open_page(viewport={**DESKTOP, "height": 1200})
    sign_in(page, base, "shenlan")
    draft = begin(page, base)
    make_forms(page, draft)
    make_period(page, draft)
    make_table(page, draft)
    page.goto(f"{draft}/diagram")
    drawn = draw(page)
    describe(page, drawn)
    saved(page)
    mend(page, drawn)
    saved(page)
    try_it(page, draft)
    deploy(page, open_page(), base, draft)
    number = live(town, base, open_page)
    audit(open_page(), base, number)
    (period,) = town.state(number).periods.values()
    assert period["id"] == "hall.decide"
    told = [event.type for entry in town.entries(f"case:{town.case_id(number)}") for event in entry.events]
    assert [name for name in told if name.startswith("Period")] == [
        "PeriodOpened", "PeriodSuspended", "PeriodResumed", "PeriodStopped",
    ]  # fmt: skip
