// The editor of a decision table: shows the proof of it with the input that breaks it.
import { draft, fill, finding, node } from "./draft.js";

const page = document.querySelector("[data-module=banjie-table]");
const list = page.querySelector("[data-findings]");
const work = draft(page, { text, found, settle });
const say = work.say;
const NAMES = { drd: say.drd, decisionTable: say.table, literalExpression: say.decision, boxedExpression: say.decision };
const watched = new WeakSet();
let modeler;

async function begin() {
  const additionalModules = [{ translate: ["value", work.translate] }];
  modeler = new window.DmnModeler({
    container: page.querySelector("[data-canvas]"),
    ...Object.fromEntries(Object.keys(NAMES).map((view) => [view, { additionalModules }])),
  });
  modeler.on("views.changed", ({ views, activeView }) => tabs(views, activeView));
  await modeler.importXML(await fetch(page.dataset.xml).then((answer) => answer.text()));
  const table = modeler.getViews().find((view) => view.type === "decisionTable");
  if (table) await modeler.open(table);
  watch();
  found(work.findings);
  window.banjieTables = modeler;
  await work.opened();
}

async function text() {
  return (await modeler.saveXML({ format: true })).xml;
}

// What is being typed into a cell belongs to the table: the cell is left first, and has a moment to say so.
function settle() {
  document.activeElement?.blur?.();
  return new Promise((done) => setTimeout(done, 50));
}

function watch() {
  const viewer = modeler.getActiveViewer();
  if (!viewer || watched.has(viewer)) return;
  watched.add(viewer);
  viewer.get("eventBus").on("commandStack.changed", work.changed);
}

function tabs(views, active) {
  watch();
  const buttons = views.map((view) => {
    const name = `${NAMES[view.type] ?? view.type}${view.name ? ` · ${view.name}` : ""}`;
    const button = node("button", "govuk-button govuk-button--secondary", name);
    button.type = "button";
    button.disabled = view === active || view.element === active?.element;
    button.addEventListener("click", () => modeler.open(view).then(watch));
    return button;
  });
  page.querySelector("[data-views]").replaceChildren(...buttons);
}

function found(findings) {
  page.querySelector("[data-none]").hidden = findings.length > 0;
  page.dataset.findings = findings.length;
  list.replaceChildren(...findings.map(line));
}

function line(one) {
  const item = finding(one, say);
  if (one.rules?.length) item.append(" ", node("span", "", fill(say.rules, { rules: one.rules.join(", ") })));
  if (one.about) item.append(node("p", "bj-finding__about", one.about));
  item.append(node("p", "bj-finding__sentence", one.sentence));
  for (const [sentence, input] of [[say.example, one.input], [say.and, one.other]]) {
    if (Object.keys(input ?? {}).length) item.append(node("p", "bj-code", fill(sentence, { input: told(input) })));
  }
  item.append(node("span", "bj-where", `${one.where} · ${one.kind}`));
  return item;
}

function told(input) {
  return Object.entries(input).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join("，");
}

begin().catch(work.broken);
