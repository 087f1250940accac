"""Models of other tools: what an editor cannot hand back is told when it opens and never lost unasked."""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType

import pytest
from browser import ROOT, Opener, Server
from playwright.sync_api import Browser, Page, expect
from town import PASSWORD, Town

from engine.definitions.bundles import Bundle
from engine.definitions.drafts import Drafts
from web.designer import losses

LAN = {"kind": "officer", "person": "shenlan"}
FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:v="urn:vendor" id="d"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:x" v:tool="Other 3">
  <itemDefinition id="item" structureRef="v:Thing" itemKind="Information"/>
  <interface id="face" name="Archive"><operation id="op" name="put">
    <inMessageRef>m1</inMessageRef><outMessageRef>m2</outMessageRef></operation>
    <operation id="op2" name="get"><inMessageRef>m1</inMessageRef>
    <outMessageRef>elsewhere</outMessageRef></operation></interface>
  <message id="m1" name="in"/><message id="m2" name="out"/>
  <process id="p" isExecutable="true" v:owner="Room 3">
    <extensionElements><v:cost unit="yuan"><v:plan>12.50</v:plan></v:cost></extensionElements>
    <startEvent id="s" isInterrupting="true"/>
    <task id="t" name="Look" isForCompensation="false" startQuantity="1" v:colour="blue">
      <documentation textFormat="text/plain">as before</documentation>
      <extensionElements><v:risk level="3"/></extensionElements>
    </task>
    <endEvent id="e"/>
    <sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="e">
      <conditionExpression xsi:type="tFormalExpression">= true</conditionExpression></sequenceFlow>
  </process>
  <bpmndi:BPMNDiagram id="di"><bpmndi:BPMNPlane id="pl" bpmnElement="p">
    <bpmndi:BPMNShape id="s1" bpmnElement="s">
      <dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="t1" bpmnElement="t">
      <dc:Bounds x="200" y="80" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="e1" bpmnElement="e">
      <dc:Bounds x="400" y="100" width="36" height="36"/></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</definitions>"""
# What the editor's own writer leaves out of the public interchange models, file by file; all else comes back.
KNOWN = {"bigFormProcess", "B.1.0", "B.2.0", "C.4.0", "C.6.0", "C.7.0", "C.8.1"}
UNOPENED = {
    "DataObjectTest",
    "DefinitionsTest.shouldNotAffectCommentsResult",
    "ProcessTest.shouldImportProcess",
}
OPEN = """async xml => {
  if (window.modeler) try { modeler.destroy() } catch {}
  document.body.innerHTML = "<div id=canvas></div><div id=panel></div>";
  window.modeler = new BpmnModeler({container: "#canvas", propertiesPanel: {parent: "#panel"}});
  await modeler.importXML(xml);
  return (await modeler.saveXML({format: true})).xml;
}"""


def changed(old: str, new: str, times: int = 1) -> list[str]:
    assert old in FOREIGN
    return losses.unheld(FOREIGN.encode(), FOREIGN.replace(old, new, times).encode())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('<v:risk level="3"/>', "", "t: <risk>"),
        ('v:colour="blue"', "", "t: @colour='blue' <task>"),
        ("12.50", "12.51", "p: <plan> '12.50'"),
        ("<outMessageRef>m2</outMessageRef>", "", "op: <outMessageRef>"),
        ('<message id="m2" name="out"/>', "", "m2: <message>"),
        ('v:tool="Other 3"', "", "d: @tool='Other 3' <definitions>"),
        ("as before", "as after", "t: <documentation> 'as before'"),
        ('unit="yuan"', 'unit="fen"', "p: @unit='yuan' <cost>"),
    ],
)
def test_every_element_attribute_and_text_that_is_missing_is_told(old: str, new: str, told: str) -> None:
    assert told in changed(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' isForCompensation="false" startQuantity="1"', ""),
        ('itemKind="Information"', ""),
        ('xsi:type="tFormalExpression"', 'xmlns:b="urn:b" xsi:type="b:tFormalExpression"'),
        ("as before", "\n   as   before "),
        ('x="100" y="100"', 'x="7" y="8"'),
    ],
)
def test_what_says_the_same_otherwise_is_no_loss(old: str, new: str) -> None:
    assert changed(old, new) == []


def test_a_file_that_cannot_be_read_is_nothing_to_compare_with() -> None:
    assert losses.unheld(b"<", FOREIGN.encode()) == []


def opened(page: Page, base: str, place: str) -> None:
    page.set_default_timeout(60_000)
    page.goto(f"{base}/signin")
    page.fill("#login", "shenlan")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{base}/designer/")
    page.goto(base + place)
    page.wait_for_selector("[data-opened=true]")


def test_the_editor_says_on_opening_what_it_cannot_carry_and_saves_nothing_unasked(
    town: Town, serve: Server, open_page: Opener
) -> None:
    book = Drafts(town.house.store, town.clock)
    files = MappingProxyType({"other.bpmn": FOREIGN.encode(), "procedure.toml": b'id = "other"\n'})
    draft = book.begin(LAN, Bundle("package", "other", files), "别处画的")
    page = open_page()
    opened(page, serve(town.app), f"/designer/drafts/{draft.number}/diagram")
    box = page.locator("[data-losses]")

    expect(box).to_be_visible()
    told = box.locator("li").all_inner_texts()
    assert told == ["op2: <outMessageRef>", "op2: <outMessageRef> 'elsewhere'"]
    page.click("[data-save]")
    expect(page.locator("[data-state]")).to_have_class("bj-tag bj-tag--red")
    assert book.bundle(book.get(draft.number)).files["other.bpmn"] == FOREIGN.encode()

    page.click("[data-accept]")
    expect(page.locator("[data-state]")).to_have_class("bj-tag bj-tag--done")
    kept = book.bundle(book.get(draft.number)).files["other.bpmn"]
    assert sorted(losses.unheld(FOREIGN.encode(), kept)) == sorted(told)


@pytest.mark.nightly
def test_public_models_come_back_whole_but_for_what_is_told(browser: Browser) -> None:
    folder = os.environ.get("BANJIE_CONFORMANCE")
    if not folder:
        pytest.skip("BANJIE_CONFORMANCE names no folder of models")
    page = browser.new_page()
    page.set_content("<p>")
    page.add_script_tag(path=str(ROOT / "web" / "static" / "vendor" / "bpmn" / "modeler.js"))
    lacking = set()
    for path in sorted(Path(folder).rglob("*.bpmn")):
        if path.stem in UNOPENED:
            continue
        data = path.read_bytes()
        if losses.unheld(data, page.evaluate(OPEN, data.decode("utf-8-sig")).encode()):
            lacking.add(path.stem)
    page.close()
    assert lacking == KNOWN
