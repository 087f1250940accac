// The diagram editor of a draft: loads, saves, shows every finding in one list and on its element.
// Our own findings come from the server (checked while drawing, kept on save); bpmnlint's come from here.
(() => {
  const page = document.querySelector("[data-module=banjie-editor]");
  if (!page) return;
  const data = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = data("editor-words");
  const say = data("editor-sentences");
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
  const list = page.querySelector("[data-findings]");
  const state = page.querySelector("[data-state]");
  const RULES = Object.fromEntries([
    "conditional-flows", "end-event-required", "fake-join", "label-required", "no-bpmndi", "no-disconnected",
    "no-duplicate-sequence-flows", "no-gateway-join-fork", "no-implicit-end", "no-overlapping-elements",
    "single-blank-start-event", "start-event-required", "superfluous-gateway",
  ].map((name) => [name, "warn"]));
  let version = Number(page.dataset.version);
  let served = data("editor-findings"); // what the server found last
  let drawn = []; // what bpmnlint found last
  let dirty = false;
  let untouched; // what the editor writes before anything is changed: what it lacks, the editor never held
  let modeler;

  const fill = (text, values = {}) => text.replace(/{(\w+)}/g, (_all, name) => values[name] ?? `{${name}}`);
  const translate = (text, values) => fill(words[text] ?? text, values);

  async function begin() {
    const templates = await fetch(page.dataset.templates).then((answer) => answer.json());
    modeler = new window.BpmnModeler({
      container: page.querySelector("[data-canvas]"),
      propertiesPanel: { parent: page.querySelector("[data-panel]") },
      elementTemplates: templates,
      additionalModules: [{ translate: ["value", translate] }],
    });
    const xml = await fetch(page.dataset.xml).then((answer) => answer.text());
    await modeler.importXML(xml);
    modeler.get("canvas").zoom("fit-viewport", "auto");
    if (modeler.get("canvas").zoom() > 1) modeler.get("canvas").zoom(1, "auto");
    modeler.get("eventBus").on("commandStack.changed", changed);
    listen();
    await lint();
    show();
    toHash();
    page.dataset.ready = "true";
    window.banjieEditor = modeler;
    untouched = await text();
    const told = await post(page.dataset.check, { xml: untouched, untouched }).then((answer) => answer.json());
    if (told.losses?.length) ask(told.losses);
    page.dataset.opened = "true";
  }

  function listen() {
    page.querySelector("[data-save]").addEventListener("click", () => save(false));
    page.querySelector("[data-accept]")?.addEventListener("click", () => save(true));
    page.addEventListener("click", (event) => {
      const act = event.target.closest("[data-do]")?.dataset.do;
      if (act === "undo") modeler.get("commandStack").undo();
      if (act === "redo") modeler.get("commandStack").redo();
      if (act === "fit") modeler.get("canvas").zoom("fit-viewport", "auto");
      if (act === "in") modeler.get("zoomScroll").stepZoom(1);
      if (act === "out") modeler.get("zoomScroll").stepZoom(-1);
      if (act === "template") template();
      const element = event.target.closest("[data-element]")?.dataset.element;
      if (element) reach(element);
    });
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        save(false);
      }
    });
    window.addEventListener("beforeunload", (event) => {
      if (dirty) event.preventDefault();
    });
    window.addEventListener("hashchange", toHash);
  }

  // Banjie's fields on an element that was drawn before it had them: its kind's template is put on it.
  function template() {
    const templates = modeler.get("elementTemplates");
    for (const element of modeler.get("selection").get()) {
      const found = templates.get(element) ? null : templates.getDefault(element);
      if (found) templates.applyTemplate(element, found);
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

  let waiting;
  function changed() {
    dirty = true;
    tell(say.unsaved, "open");
    clearTimeout(waiting);
    waiting = setTimeout(check, 900);
  }

  async function check() {
    await lint();
    show();
    const xml = await text();
    const answer = await post(page.dataset.check, { xml, version });
    if (answer.ok) {
      served = (await answer.json()).findings;
      show();
    }
  }

  async function text() {
    return (await modeler.saveXML({ format: true })).xml;
  }

  function post(address, body) {
    return fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
      body: JSON.stringify(body),
    });
  }

  async function save(accept) {
    clearTimeout(waiting);
    tell(say.saving, "open");
    try {
      const answer = await post(page.dataset.address, { xml: await text(), version, accept, untouched });
      const told = await answer.json();
      if (answer.ok) {
        version = told.version;
        served = told.findings;
        dirty = false;
        untouched = undefined; // what is kept now is this editor's own
        page.querySelector("[data-losses]").hidden = true;
        await lint();
        show();
        tell(fill(say.saved, { version }), "done");
        narrate();
      } else if (told.losses) {
        ask(told.losses);
      } else {
        tell(told.sentence, "red");
      }
    } catch {
      tell(say.offline, "red");
    }
  }

  function ask(losses) {
    const box = page.querySelector("[data-losses]");
    box.querySelector("ul").replaceChildren(...losses.map((loss) => node("li", "bj-code", loss)));
    box.hidden = false;
    box.focus();
    tell(say.losses, "red");
  }

  async function narrate() {
    const place = page.querySelector("[data-narrative]");
    const answer = await fetch(place.dataset.narrative, { headers: { "HX-Request": "true" } });
    if (answer.ok) place.innerHTML = await answer.text(); // drawn by our own template, escaped there
  }

  async function lint() {
    const { Linter, rules } = window.bpmnlint;
    const linter = new Linter({ config: { rules: RULES }, resolver: { resolveRule: (_pkg, name) => rules[name] } });
    const found = await linter.lint(modeler.getDefinitions());
    drawn = Object.entries(found).flatMap(([rule, reports]) =>
      reports.map((report) => ({
        element: report.id,
        sentence: translate(report.message),
        rule,
        severity: "note", // what BPMN forbids the server says; this is about clear drawing
      })),
    );
  }

  // One list: the server's findings first, then what only the drawing shows.
  function findings() {
    return [...served, ...drawn];
  }

  function show() {
    const all = findings();
    const errors = all.filter((one) => one.severity === "error").length;
    page.querySelector("[data-errors]").textContent = fill(say.errors, { count: errors });
    page.querySelector("[data-notes]").textContent = fill(say.notes, { count: all.length - errors });
    page.dataset.errors = errors;
    list.replaceChildren(...all.map(line));
    mark(all);
  }

  function line(one) {
    const item = node("li", `bj-finding bj-finding--${one.severity === "error" ? "red" : "note"}`);
    const element = modeler.get("elementRegistry").get(one.element);
    const name = element?.businessObject.name || one.element || one.where;
    const place = element ? node("button", "bj-plain-button", name) : node("a", "govuk-link", name);
    if (element) {
      place.type = "button";
      place.dataset.element = one.element;
    } else if (one.page) {
      place.href = one.page;
    }
    item.append(node("strong", "bj-finding__kind", one.severity === "error" ? say.error : say.note), " ", place);
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
