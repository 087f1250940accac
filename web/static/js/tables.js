// The editor of a decision table: loads, saves, and shows the proof with the input that breaks it.
(() => {
  const page = document.querySelector("[data-module=banjie-table]");
  if (!page) return;
  const data = (id) => JSON.parse(document.getElementById(id).textContent);
  const say = data("editor-sentences");
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
  const state = page.querySelector("[data-state]");
  const list = page.querySelector("[data-findings]");
  const NAMES = { drd: say.drd, decisionTable: say.table, literalExpression: say.decision, boxedExpression: say.decision };
  let version = Number(page.dataset.version);
  let dirty = false;
  let untouched; // what the editor writes before anything is changed: what it lacks, the editor never held
  let modeler;
  let waiting;

  const words = data("editor-words");
  const translate = (text, values = {}) => fill(words[text] ?? text, values);
  const fill = (text, values) => text.replace(/{(\w+)}/g, (_all, name) => values[name] ?? "");

  async function begin() {
    modeler = new window.DmnModeler({
      container: page.querySelector("[data-canvas]"),
      ...Object.fromEntries(
        ["drd", "decisionTable", "literalExpression", "boxedExpression"].map((view) => [
          view,
          { additionalModules: [{ translate: ["value", translate] }] },
        ]),
      ),
    });
    modeler.on("views.changed", ({ views, activeView }) => tabs(views, activeView));
    await modeler.importXML(await fetch(page.dataset.xml).then((answer) => answer.text()));
    const table = modeler.getViews().find((view) => view.type === "decisionTable");
    if (table) await modeler.open(table);
    for (const view of modeler.getViews()) watch(view);
    page.querySelector("[data-save]").addEventListener("click", () => save(false));
    page.querySelector("[data-accept]").addEventListener("click", () => save(true));
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        save(false);
      }
    });
    window.addEventListener("beforeunload", (event) => {
      if (dirty) event.preventDefault();
    });
    show(data("editor-findings"));
    page.dataset.ready = "true";
    window.banjieTables = modeler;
    untouched = (await modeler.saveXML({ format: true })).xml;
    const told = await post(page.dataset.check).then((answer) => answer.json());
    if (told.losses?.length) ask(told.losses);
    page.dataset.opened = "true";
  }

  const watched = new WeakSet();
  function watch() {
    const viewer = modeler.getActiveViewer();
    if (!viewer || watched.has(viewer)) return;
    watched.add(viewer);
    viewer.get("eventBus").on("commandStack.changed", changed);
  }

  function tabs(views, active) {
    watch();
    const buttons = views.map((view) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "govuk-button govuk-button--secondary";
      button.textContent = `${NAMES[view.type] ?? view.type}${view.name ? ` · ${view.name}` : ""}`;
      button.disabled = view === active || view.element === active?.element;
      button.addEventListener("click", () => modeler.open(view).then(watch));
      return button;
    });
    page.querySelector("[data-views]").replaceChildren(...buttons);
  }

  function changed() {
    dirty = true;
    tell(say.unsaved, "open");
    clearTimeout(waiting);
    waiting = setTimeout(check, 900);
  }

  async function check() {
    const answer = await post(page.dataset.check);
    if (answer.ok) show((await answer.json()).findings);
  }

  async function post(address, accept = false) {
    const { xml } = await modeler.saveXML({ format: true });
    return fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
      body: JSON.stringify({ xml, version, untouched, accept }),
    });
  }

  function ask(losses) {
    const box = page.querySelector("[data-losses]");
    box.querySelector("ul").replaceChildren(...losses.map((loss) => node("li", "bj-code", loss)));
    box.hidden = false;
    box.focus();
    tell(say.losses, "red");
  }

  async function save(accept) {
    document.activeElement?.blur?.(); // what is being typed into a cell belongs to the table
    clearTimeout(waiting);
    tell(say.saving, "open");
    try {
      await new Promise((done) => setTimeout(done, 50));
      const answer = await post(page.dataset.address, accept);
      const told = await answer.json();
      if (told.losses?.length && !answer.ok) return ask(told.losses);
      if (!answer.ok) return tell(told.sentence, "red");
      version = told.version;
      dirty = false;
      untouched = undefined; // what is kept now is this editor's own
      page.querySelector("[data-losses]").hidden = true;
      clearTimeout(waiting);
      show(told.findings);
      tell(fill(say.saved, { version }), "done");
    } catch {
      tell(say.offline, "red");
    }
  }

  function show(findings) {
    page.querySelector("[data-none]").hidden = findings.length > 0;
    page.dataset.findings = findings.length;
    list.replaceChildren(...findings.map(line));
  }

  function line(one) {
    const item = node("li", `bj-finding bj-finding--${one.severity === "error" ? "red" : "note"}`);
    item.append(node("strong", "bj-finding__kind", one.severity === "error" ? say.error : say.note));
    if (one.rules?.length) item.append(" ", node("span", "", fill(say.rules, { rules: one.rules.join(", ") })));
    if (one.about) item.append(node("p", "bj-finding__about", one.about));
    item.append(node("p", "bj-finding__sentence", one.sentence));
    if (Object.keys(one.input ?? {}).length) item.append(node("p", "bj-code", fill(say.example, { input: told(one.input) })));
    if (Object.keys(one.other ?? {}).length) item.append(node("p", "bj-code", fill(say.and, { input: told(one.other) })));
    item.append(node("span", "bj-where", `${one.where} · ${one.kind}`));
    return item;
  }

  const told = (input) => Object.entries(input).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join("，");

  function node(kind, className, content) {
    const made = document.createElement(kind);
    made.className = className;
    if (content !== undefined) made.textContent = String(content);
    return made;
  }

  function tell(sentence, kind) {
    state.textContent = sentence;
    state.className = `bj-tag bj-tag--${kind}`;
  }

  begin().catch((fault) => {
    tell(say.broken, "red");
    console.warn(fault);
  });
})();
