"""The designer's pages: what is deployed, uploads with every finding at once, comparison, examples."""

from __future__ import annotations

import io
import json
import re
import zipfile
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from bare_procedure import PHOTO
from town import Town, Visitor

from engine.definitions import bundles, deployment
from engine.errors import NotFound
from web.designer.keeping import IDLE, Desk

PROCESSES = Path(str(resources.files("processes")))


def shipped(name: str) -> bundles.Bundle:
    return next(bundle for bundle in deployment.shipped() if bundle.name == name)


def changed(name: str, **files: bytes | None) -> bytes:
    """The ZIP of a shipped package with some files replaced ("procedure__toml" is procedure.toml) or gone."""
    bundle = shipped(name)
    given = {path.replace("___", "/").replace("__", "."): data for path, data in files.items()}
    kept = {path: data for path, data in {**bundle.files, **given}.items() if data is not None}
    return bundles.to_zip(bundles.Bundle("package", name, kept))


def huji_renamed() -> bytes:
    """A next version of huji in which one element is called otherwise, one example is gone."""
    diagram = shipped("huji").files["huji.bpmn"].decode()
    name = re.search(r'<bpmn:userTask id="review" name="([^"]+)"', diagram)
    assert name
    return changed(
        "huji",
        huji__bpmn=diagram.replace(f'name="{name[1]}"', 'name="材料复核"', 1).encode(),
        tests___withdrawn__yaml=None,
    )


@pytest.fixture
def designer(town: Town) -> Visitor:
    return town.officer("shenlan")


def upload(visitor: Visitor, data: bytes, file: str = "package.zip", name: str = "") -> Any:
    sent = {"file": (io.BytesIO(data), file), "name": name}
    return visitor.post("/designer/upload", sent, at="/designer/upload")


def version_of(page: str) -> str:
    """The version of a draft its page carries."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found, page
    return found[1]


def step(visitor: Visitor, draft: str, place: str, **data: str) -> Any:
    """Do something to a draft as its page offers it."""
    sent = {"version": version_of(visitor.get(draft).text), **data}
    return visitor.post(f"{draft}/{place}", sent, at=draft)


def deployed(town: Town, designer: Visitor, draft: str, day: str) -> Any:
    """Submit, have it approved by somebody else, deploy."""
    assert step(designer, draft, "submit", effective_from=day).status_code == 303
    assert step(town.officer("chengxi"), draft, "review", act="approve").status_code == 303
    return step(designer, draft, "deploy")


def drafted(visitor: Visitor, data: bytes, file: str = "package.zip", name: str = "") -> str:
    """Upload and give the address of the draft's page."""
    answer = upload(visitor, data, file, name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


# --- what is deployed --------------------------------------------------------------------------------


def test_only_designers_come_in(town: Town) -> None:
    for path in ("/designer/", "/designer/upload", "/designer/packages/huji", "/designer/trials"):
        assert town.officer("zhangwei").get(path).status_code == 403
        assert town.visitor().get(path).status_code == 303


def test_the_list_shows_every_package_with_its_version(designer: Visitor) -> None:
    page = designer.get("/designer/").text

    for name in ("huji", "xk_general", "sp_hearing"):
        assert f"/designer/packages/{name}" in page
    assert "第 1 版" in page


def test_a_package_tells_its_elements_forms_periods_and_law(designer: Visitor) -> None:
    page = designer.get("/designer/packages/xk_general/1").text

    assert "行政许可法第四十二条" in page
    assert "xk.decision" in page
    assert "/designer/packages/xk_general/1/forms/apply" in page
    assert "然后：" in page
    assert "LAW.md" in page


@pytest.mark.parametrize(
    "name", [path.name for path in PROCESSES.iterdir() if (path / "procedure.toml").is_file()]
)
def test_every_shipped_package_and_form_has_its_page(designer: Visitor, name: str) -> None:
    page = designer.get(f"/designer/packages/{name}")
    assert page.status_code == 200
    for address in set(re.findall(r'href="(/designer/packages/[^"]+/forms/[^"]+)"', page.text)):
        assert designer.get(address).status_code == 200, address


def test_what_is_downloaded_is_what_was_deployed(designer: Visitor) -> None:
    answer = designer.get("/designer/packages/huji/1/package.zip")

    bundle = shipped("huji")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(bundle.files)
    drawn = designer.get("/designer/packages/huji/1/diagram.bpmn")
    assert drawn.data == bundle.files["huji.bpmn"]
    assert drawn.headers["Content-Disposition"].startswith("attachment")


def test_a_form_is_tried_without_keeping_anything(town: Town, designer: Visitor) -> None:
    form = "/designer/packages/huji/1/forms/review"
    before = len(town.entries("definitions"))
    wrong = designer.post(form, {}, at=form)
    assert "govuk-error-summary" in wrong.text

    right = designer.post(form, {"/review_outcome": "complete"}, at=form)
    assert "填写符合要求" in right.text
    assert "review_outcome = complete" in right.text
    assert len(town.entries("definitions")) == before


@pytest.mark.parametrize(
    "path",
    ["packages/none", "packages/huji/99", "packages/huji/1/forms/none", "drafts/99", "trials/none",
     "packages/huji/changes?before=7&after=9", "drafts/99/diagram.bpmn", "trials/none/forms/0"],
)  # fmt: skip
def test_what_is_not_there_is_said_to_be_missing(designer: Visitor, path: str) -> None:
    assert designer.get(f"/designer/{path}").status_code == 404


def test_an_example_is_run_and_its_verdict_shown(designer: Visitor) -> None:
    page = "/designer/packages/huji/1"
    answer = designer.post(f"{page}/examples", {"example": "tests/withdrawn.yaml"}, at=page)
    assert answer.status_code == 200
    assert "符合" in answer.text
    assert designer.post(f"{page}/examples", {"example": "../x"}, at=page).status_code == 404


def test_items_and_calendar_can_be_looked_up(designer: Visitor) -> None:
    assert "HJ-LH-0004" in designer.get("/designer/items").text
    page = designer.get("/designer/calendar?year=2026").text
    assert "2026 年工作日历" in page
    assert "bj-year__day--makeup" in page
    assert "推算" in designer.get("/designer/calendar?year=2031").text
    assert designer.get("/designer/calendar?year=999999").status_code == 200


# --- uploads -----------------------------------------------------------------------------------------


def test_every_finding_of_a_faulty_package_stands_on_one_page(designer: Visitor) -> None:
    diagram = shipped("huji").files["huji.bpmn"].replace(b'name="\xe6', b'nom="\xe6', 1)
    broken = diagram.replace(b'targetRef="review"', b'targetRef="nowhere"')
    draft = drafted(
        designer,
        changed(
            "huji", huji__bpmn=broken, forms___review__schema__json=b"{", procedure__toml=b'id = "huji"\nx'
        ),
        name="huji",
    )
    page = designer.get(draft).text

    for place in ("procedure.toml", "forms/review.schema.json", "huji.bpmn:"):
        assert place in page
    assert "nowhere" in page
    assert "全部改正后才能部署" in page
    assert "/submit" not in page
    marks = json.loads(designer.get(f"{draft}/marks.json").text)
    assert all(token["state"] == "incident" for token in marks["tokens"])
    assert marks["tokens"]
    assert step(designer, draft, "submit", effective_from="2026-03-02").status_code == 422


@pytest.mark.parametrize(
    ("data", "file", "name", "word"),
    [
        (b"", "x.bpmn", "x", "ZIP"),
        (b"PK\x03\x04nonsense", "x.zip", "", "ZIP"),
        (PHOTO, "x.bpmn", "", "程序包编号"),
        (PHOTO, "x.bpmn", "Über", "程序包编号"),
    ],
)
def test_what_is_no_package_at_all_is_refused_with_a_sentence(
    designer: Visitor, data: bytes, file: str, name: str, word: str
) -> None:
    answer = upload(designer, data, file, name)
    assert answer.status_code == 422
    assert word in answer.text


def test_a_file_that_is_no_diagram_becomes_a_draft_with_its_fault(designer: Visitor) -> None:
    page = designer.get(drafted(designer, b"<html/>", "x.bpmn", "strange"))
    assert page.status_code == 200
    assert "处错误" in page.text


def test_a_faulty_drawing_is_told_in_words_all_the_same_and_one_nobody_can_read_says_so(
    designer: Visitor,
) -> None:
    faulty = PHOTO.replace(b"</bpmn:process>", b'<bpmn:manualTask id="alone" name="Alone"/></bpmn:process>')
    assert faulty != PHOTO
    told = designer.get(f"{drafted(designer, faulty, 'x.bpmn', 'lonely')}/narrative").text
    assert "Alone" in told

    unread = designer.get(f"{drafted(designer, b'<html/>', 'x.bpmn', 'unreadable')}/narrative").text
    assert "先改正检查结果中的错误" in unread


def test_nothing_chosen_is_said_at_the_field(designer: Visitor) -> None:
    answer = designer.post("/designer/upload", {"name": "x"}, at="/designer/upload")
    assert (answer.status_code, "请选择一个" in answer.text) == (422, True)


def test_a_clean_bare_file_is_deployed_from_a_day_on(town: Town, designer: Visitor) -> None:
    draft = drafted(designer, PHOTO, "photo.bpmn", "photo")
    page = designer.get(draft).text
    assert "没有错误" in page
    assert "这是一个新流程" in page

    for wrong in ("", "2026-02-30", "2026-03-01"):
        assert step(designer, draft, "submit", effective_from=wrong).status_code == 422
    assert deployed(town, designer, draft, "2026-04-01").status_code == 303
    entry = town.entries("definitions")[-1]
    assert entry.actor["person"] == "shenlan"
    assert entry.events[0].data["effective_from"] == "2026-04-01"
    assert "现在不生效" in designer.get("/designer/packages/photo").text
    assert designer.get(draft).status_code == 404


def test_what_changed_is_told_file_by_file_and_element_by_element(town: Town, designer: Visitor) -> None:
    draft = drafted(designer, huji_renamed())
    page = designer.get(draft).text
    assert "tests/withdrawn.yaml" in page
    assert "材料复核" in page

    marks = json.loads(designer.get(f"{draft}/changes.json").text)
    assert marks["tokens"] == [{"element": "review", "count": "~", "state": "changed"}]
    assert "第 1 版 → 草稿" in designer.get(f"{draft}/changes").text
    deployed(town, designer, draft, "2026-03-02")
    page = designer.get("/designer/packages/huji/changes").text
    assert "第 1 版 → 第 2 版" in page
    assert "<ins>材料复核</ins>" in page
    same = designer.get("/designer/packages/huji/changes?before=2&after=2").text
    assert "要素没有变化" in same
    assert "第 2 版" in designer.get("/designer/packages/huji").text


def test_a_draft_is_seen_by_designers_alone_until_it_is_given_up(town: Town, designer: Visitor) -> None:
    draft = drafted(designer, PHOTO, "photo.bpmn", "photo")
    assert town.officer("zhangwei").get(draft).status_code == 403
    assert "photo" in town.officer("chengxi").get("/designer/drafts").text
    assert step(designer, draft, "drop").status_code == 303
    assert designer.get(draft).status_code == 404


def test_the_desk_keeps_so_many_for_so_long(town: Town) -> None:
    gone: list[str] = []
    desk: Desk[str] = Desk(each=2, together=3, gone=gone.append)
    now = town.clock.now()
    for key in ("a", "b", "c"):
        desk.put("one", key, key, now)
    assert gone == ["a"]
    desk.put("two", "d", "d", now)
    desk.put("two", "e", "e", now)
    assert gone == ["a", "b"]
    with pytest.raises(NotFound):
        desk.get("two", "c", now)
    assert desk.get("one", "c", now) == "c"
    later = now + IDLE + IDLE
    assert desk.mine("two", later) == []
    assert sorted(gone) == ["a", "b", "c", "d", "e"]


def test_a_diagram_uploaded_alone_keeps_the_other_files_of_the_version_in_force(designer: Visitor) -> None:
    diagram = shipped("huji").files["huji.bpmn"].replace("当场审查材料".encode(), "材料复核".encode())
    page = designer.get(drafted(designer, diagram, "mine.bpmn", "huji")).text

    assert "其余文件沿用第 1 版" in page
    assert "没有错误" in page
    assert "材料复核" in page
    assert "forms/review" not in page.partition("与生效版本相比")[2].partition("表单")[0]  # no file is gone
