// The diagram editor of a draft: shows every finding in one list and on its element.
// Our own findings come from the server (checked while drawing, kept on save); bpmnlint's come from here.
import { draft, fill, finding, node } from "./draft.js";

const page = document.querySelector("[data-module=banjie-editor]");
const list = page.querySelector("[data-findings]");
const RULES = Object.fromEntries([
  "conditional-flows", "end-event-required", "fake-join", "label-required", "no-bpmndi", "no-disconnected",
  "no-duplicate-sequence-flows", "no-gateway-join-fork", "no-implicit-end", "no-overlapping-elements",
  "single-blank-start-event", "start-event-required", "superfluous-gateway",
].map((name) => [name, "warn"]));
const work = draft(page, { text, look, found, kept: narrate });
const say = work.say;
let served = work.findings; // what the server found last
let drawn = []; // what bpmnlint found last
let modeler;

async function begin() {
  const templates = await fetch(page.dataset.templates).then((answer) => answer.json());
  modeler = new window.BpmnModeler({
    container: page.querySelector("[data-canvas]"),
    propertiesPanel: { parent: page.querySelector("[data-panel]") },
    elementTemplates: templates,
    additionalModules: [{ translate: ["value", work.translate] }],
  });
  const xml = await fetch(page.dataset.xml).then((answer) => answer.text());
  await modeler.importXML(xml);
  modeler.get("canvas").zoom("fit-viewport", "auto");
  if (modeler.get("canvas").zoom() > 1) modeler.get("canvas").zoom(1, "auto");
  modeler.get("eventBus").on("commandStack.changed", work.changed);
  page.addEventListener("click", obey);
  window.addEventListener("hashchange", toHash);
  await look();
  toHash();
  window.banjieEditor = modeler;
  await work.opened();
}

function obey(event) {
  const act = event.target.closest("[data-do]")?.dataset.do;
  if (act === "undo") modeler.get("commandStack").undo();
  if (act === "redo") modeler.get("commandStack").redo();
  if (act === "fit") modeler.get("canvas").zoom("fit-viewport", "auto");
  if (act === "in") modeler.get("zoomScroll").stepZoom(1);
  if (act === "out") modeler.get("zoomScroll").stepZoom(-1);
  if (act === "template") template();
  const element = event.target.closest("[data-element]")?.dataset.element;
  if (element) reach(element);
}

async function text() {
  return (await modeler.saveXML({ format: true })).xml;
}

// Banjie's fields on an element that was drawn before it had them: its kind's template is put on it.
function template() {
  const templates = modeler.get("elementTemplates");
  for (const element of modeler.get("selection").get()) {
    const fitting = templates.get(element) ? null : templates.getDefault(element);
    if (fitting) templates.applyTemplate(element, fitting);
  }
}

function reach(id) {
  const element = modeler.get("elementRegistry").get(id);
  if (!element) return;
  modeler.get("selection").select(element);
  modeler.get("canvas").scrollToElement(element, { top: 120, bottom: 120, left: 160, right: 160 });
  modeler.get("canvas").focus?.();
}

function toHash() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id) reach(id);
}

async function look() {
  const { Linter, rules } = window.bpmnlint;
  const linter = new Linter({ config: { rules: RULES }, resolver: { resolveRule: (_pkg, name) => rules[name] } });
  const reported = await linter.lint(modeler.getDefinitions());
  drawn = Object.entries(reported).flatMap(([rule, reports]) =>
    reports.map((report) => ({
      element: report.id,
      sentence: work.translate(report.message),
      rule,
      severity: "note", // what BPMN forbids the server says; this is about clear drawing
    })),
  );
  show();
}

async function found(findings) {
  served = findings;
  await look();
}

async function narrate() {
  const place = page.querySelector("[data-narrative]");
  const answer = await fetch(place.dataset.narrative, { headers: { "HX-Request": "true" } });
  if (answer.ok) place.innerHTML = await answer.text(); // drawn by our own template, escaped there
}

// One list: the server's findings first, then what only the drawing shows.
function show() {
  const all = [...served, ...drawn];
  const errors = all.filter((one) => one.severity === "error").length;
  page.querySelector("[data-errors]").textContent = fill(say.errors, { count: errors });
  page.querySelector("[data-notes]").textContent = fill(say.notes, { count: all.length - errors });
  page.dataset.errors = errors;
  list.replaceChildren(...all.map(line));
  mark(all);
}

function line(one) {
  const item = finding(one, say);
  const element = modeler.get("elementRegistry").get(one.element);
  const name = element?.businessObject.name || one.element || one.where;
  const place = element ? node("button", "bj-plain-button", name) : node("a", "govuk-link", name);
  if (element) {
    place.type = "button";
    place.dataset.element = one.element;
  } else if (one.page) {
    place.href = one.page;
  }
  item.append(" ", place);
  if (one.about) item.append(node("p", "bj-finding__about", one.about));
  item.append(node("p", "bj-finding__sentence", one.sentence), node("span", "bj-where", one.rule));
  return item;
}

function mark(all) {
  const overlays = modeler.get("overlays");
  overlays.remove({ type: "finding" });
  const counts = new Map();
  for (const one of all) {
    const at = counts.get(one.element) ?? { error: 0, note: 0 };
    at[one.severity === "error" ? "error" : "note"] += 1;
    counts.set(one.element, at);
  }
  for (const [id, at] of counts) {
    const element = modeler.get("elementRegistry").get(id);
    if (!element || !element.parent) continue;
    const badge = node("button", `bj-badge bj-badge--${at.error ? "red" : "note"}`, at.error || at.note);
    badge.type = "button";
    badge.dataset.element = id;
    badge.title = all.filter((one) => one.element === id).map((one) => one.sentence).join("\n");
    badge.setAttribute("aria-label", `${badge.textContent} · ${badge.title}`);
    overlays.add(id, "finding", { position: { top: -12, left: -12 }, html: badge });
  }
}

begin().catch(work.broken);
