"""`banjie lint`, `test`, `try`, `simulate` and `people import`: before anything binds anyone."""

from __future__ import annotations

import io
import shutil
import zipfile
from importlib import resources
from pathlib import Path
from typing import Any

from bare_procedure import PHOTO

PROCESSES = Path(str(resources.files("processes")))
FORMS = Path(str(resources.files("forms")))

UNITS = """code,parent,kind,name_zh,name_en,short_zh
county,,city,青石县,Qingshi County,青
county.cg,county,department,青石县城市管理局,Qingshi Urban Management Bureau,青城管
"""
POSTS = """code,unit,name_zh,name_en,roles
county.cg.window,county.cg,窗口岗,Window,window
county.cg.handler,county.cg,承办岗,Handler,handler;section-head
county.cg.design,county.cg,流程岗,Designer,designer
"""
PERSONS = """login,name,posts,valid_from,valid_to,password
sun,孙敏,county.cg.window,2020-01-01,,long enough 1
qian,钱峰,county.cg.handler;county.cg.design,2020-01-01,,long enough 1
zhou,周宁,county.cg.handler,2020-01-01,,
"""
CATALOGUE = """
[[item]]
code = "PHOTO-9"
procedure = "photo"
units = ["county.cg"]
[item.name]
zh = "照片比对"
en = "Photo check"
"""


def test_a_shipped_package_has_no_findings(banjie: Any) -> None:
    told = banjie("lint", str(PROCESSES / "huji"), "--json")
    assert (told.status, told.data) == (0, [])


def test_every_fault_of_a_package_is_told_at_once(banjie: Any) -> None:
    shutil.copytree(PROCESSES / "huji", "huji")
    shutil.copytree(FORMS / "huji", "huji/forms")
    Path("huji/procedure.toml").write_text('name = "x"\n[broken')
    Path("huji/forms/review.schema.json").write_text("{")
    Path("huji/table.dmn").write_text("<x/>")

    told = banjie("lint", "huji", "--json")

    assert told.status == 1
    places = {finding["where"].partition(":")[0] for finding in told.data}
    assert {"procedure.toml", "forms/review.schema.json", "table.dmn"} <= places


_FEE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="fee" namespace="urn:fee">
<inputData id="area" name="area"><variable name="area" typeRef="number"/></inputData>
<decision id="fee" name="fee"><variable name="fee"/>
<informationRequirement><requiredInput href="#area"/></informationRequirement>
<decisionTable id="t"><input><inputExpression><text>area</text></inputExpression></input><output name="fee"/>
<rule id="low"><inputEntry><text>&lt; 5</text></inputEntry><outputEntry><text>10</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_a_gap_in_a_table_of_a_package_is_told_and_refuses_nothing(banjie: Any) -> None:
    shutil.copytree(PROCESSES / "huji", "huji")
    shutil.copytree(FORMS / "huji", "huji/forms")
    Path("huji/fee.dmn").write_text(_FEE)

    told = banjie("lint", "huji", "--json")

    assert told.status == 0
    assert [(each["rule"], each["severity"]) for each in told.data] == [("dmn.proof.gap", "note")]


def test_a_package_survives_the_way_through_a_zip(banjie: Any) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for folder, prefix in ((PROCESSES / "huji", "huji/"), (FORMS / "huji", "huji/forms/")):
            for path in folder.rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, prefix + path.relative_to(folder).as_posix())
    Path("any name.zip").write_bytes(out.getvalue())
    before = banjie("definitions", "--json").data

    told = banjie("deploy", "any name.zip", "--json", by="shenlan")

    assert (told.status, told.data["package"]) == (0, "huji")
    assert banjie("definitions", "--json").data == before  # the same bytes are the same version


def test_examples_are_lived_and_one_that_does_not_hold_is_named(banjie: Any) -> None:
    shutil.copytree(PROCESSES / "huji", "huji")
    shutil.copytree(FORMS / "huji", "huji/forms")
    for path in Path("huji/tests").iterdir():
        if path.name != "withdrawn.yaml":
            path.unlink()
    Path("huji/tests/wrong.yaml").write_text(
        "given: {item: HJ-LH-0004, unit: shinan.ga.zs, today: 2026-01-26}\nthen: {waiting: decide}\n"
    )
    Path("huji/tests/faulty.yaml").write_text("given: {}\nthen: {}\n")
    Path("huji/tests/elsewhere.yaml").write_text(
        "given: {item: NO-SUCH, unit: nowhere, today: 2026-01-26}\nthen: {}\n"
    )

    told = banjie("test", "huji", "--json")

    assert told.status == 1
    assert {row["example"].removeprefix("tests/"): row["holds"] for row in told.data} == {
        "withdrawn.yaml": True,
        "wrong.yaml": False,
        "faulty.yaml": False,
        "elsewhere.yaml": False,
    }
    assert banjie("test", "no_such_package").status == 1


def test_a_diagram_is_tried_in_memory_with_a_trace(banjie: Any) -> None:
    Path("photo.bpmn").write_bytes(PHOTO)

    told = banjie("try", "photo.bpmn", "--set", "plate=鲁B12345", "--json")
    assert told.data["waiting"] == [{"kind": "item", "element": "enter", "due": None}]
    assert told.data["variables"] == {"plate": "鲁B12345"}

    whole = banjie("try", "photo.bpmn", "--set", "n=1", "--auto", "--trace")
    assert whole.status == 0
    assert "passed   start → enter → look → confirm → done" in whole.out
    assert "WorkItemOffered" in whole.out
    Path("broken.bpmn").write_bytes(b"<x/>")
    assert banjie("try", "broken.bpmn").status == 1


def test_a_simulation_reports_what_came_of_its_cases(banjie: Any) -> None:
    told = banjie(
        "simulate", "HJ-LH-0004", "--unit", "shinan.ga.zs", "--cases", "2", "--from", "2026-03-02", "--json"
    )
    assert told.status == 0
    assert told.data["cases"] == 2


def test_a_real_organisation_is_imported_and_what_it_lacks_is_said(banjie: Any, tmp_path: Path) -> None:
    fresh = {"BANJIE_DB": f"sqlite:///{tmp_path / 'fresh.db'}"}
    for name, text in (("units", UNITS), ("posts", POSTS), ("persons", PERSONS)):
        Path(f"{name}.csv").write_text(text)
    files = ("units.csv", "posts.csv", "persons.csv")

    told = banjie("people", "import", *files, "--json", env=fresh)

    assert told.status == 0
    assert told.data["added"]["person"] == 3
    missing = "\n".join(told.data["missing"])
    assert "Service item HJ-LH-0004 names units that this organisation does not have" in missing
    assert "banjie deploy --kind catalogue" in missing
    assert "No post has the role operator" in missing
    assert "1 persons cannot sign in yet (zhou)" in missing
    again = banjie("people", "import", *files, "--json", env=fresh).data
    assert set(again["added"].values()) == {0}

    Path("photo.bpmn").write_bytes(PHOTO)
    Path("catalogue").mkdir()
    Path("catalogue/items.toml").write_text(CATALOGUE)
    assert banjie("deploy", "photo.bpmn", by="qian", env=fresh).status == 0
    assert banjie("deploy", "catalogue", "--kind", "catalogue", by="qian", env=fresh).status == 0
    started = banjie("start", "PHOTO-9", "--unit", "county.cg", "--json", by="sun", env=fresh)
    assert started.status == 0
    assert [row["element"] for row in banjie("worklist", "--json", by="qian", env=fresh).data] == ["enter"]


def test_a_faulty_cell_imports_nothing_and_names_every_fault(banjie: Any) -> None:
    Path("persons.csv").write_text(
        "login,name,posts,valid_from,valid_to\nnew,新人,no.such.post,2026-02-30,\nBAD LOGIN,,,,\n"
    )
    told = banjie("people", "import", "persons.csv", "--json")

    assert told.status == 1
    assert len(told.data["findings"]) >= 2
    assert banjie("token", "new").status == 1
