// Draws the diagrams of a page and moves their tokens. The viewer comes as one ready-made script
// (BpmnNavigatedViewer); the figure's own list says the same to whoever does not see the drawing.
(() => {
  const KINDS = ["yellow", "red", "suspended", "incident", "added", "changed", "removed", "covered", "open"];
  const READABLE = 0.8;
  const EDGE = 60;
  const GRAVEST = ["", "suspended", "yellow", "red", "incident"];
  const near = new WeakMap(); // viewer → the drawing its reader has been brought near to

  async function draw(figure) {
    const canvas = figure.querySelector(".bj-diagram__canvas");
    figure.classList.add("bj-diagram--drawn");
    const words = { "Open {element}": figure.dataset.open };
    const translate = (text, values = {}) => (words[text] ?? text).replace(/{(\w+)}/g, (_all, name) => values[name] ?? "");
    const viewer = new window.BpmnNavigatedViewer({
      container: canvas,
      additionalModules: [{ translate: ["value", translate] }],
    });
    const answer = await fetch(figure.dataset.xml, { headers: { Accept: "application/xml" } });
    if (!answer.ok) throw new Error(`Expected the diagram, but the server answered ${answer.status}`);
    await viewer.importXML(await answer.text());
    viewer.get("canvas").zoom("fit-viewport", "auto");
    listen(figure, viewer);
    if (figure.dataset.tokens) {
      const tokens = await fetch(figure.dataset.tokens, { headers: { Accept: "application/json" } });
      if (tokens.ok) place(viewer, await tokens.json());
    }
    figure.dispatchEvent(new CustomEvent("banjie:drawn", { bubbles: true, detail: { viewer, holders, approach } }));
  }

  function listen(figure, viewer) {
    const canvas = viewer.get("canvas");
    figure.addEventListener("banjie:tokens", (event) => place(viewer, event.detail));
    figure.addEventListener("click", (event) => {
      // Whoever opens a drawing of their own accord stays in it.
      if (event.target.closest(".bjs-drilldown, .bjs-crumb")) near.set(viewer, viewer.getDefinitions());
      const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (zoom === "fit") canvas.zoom("fit-viewport", "auto");
      if (zoom === "in") canvas.zoom(canvas.zoom() * 1.25);
      if (zoom === "out") canvas.zoom(canvas.zoom() / 1.25);
    });
  }

  function place(viewer, { tokens = [], passed = [] }) {
    clear(viewer);
    for (const id of passed) mark(viewer, id, "bj-passed");
    for (const token of [...tokens, ...held(viewer, tokens)]) {
      if (!mark(viewer, token.element, "bj-token")) continue;
      const kind = KINDS.includes(token.state) ? token.state : "";
      if (kind) mark(viewer, token.element, `bj-token--${kind}`);
      if (token.count === "") continue; // a colour alone
      const badge = document.createElement("div");
      badge.className = `bj-token-mark${kind ? ` bj-token-mark--${kind}` : ""}`;
      badge.textContent = String(token.count ?? 1);
      viewer.get("overlays").add(token.element, "token", { position: { top: -12, right: 12 }, html: badge });
    }
    approach(viewer, tokens);
  }

  // The sub-processes drawn closed around an element, from the inside out: each has a drawing of its own.
  function holders(viewer, id) {
    const registry = viewer.get("elementRegistry");
    const found = [];
    for (let shape = registry.get(id); shape; ) {
      const root = viewer.get("canvas").findRoot(shape);
      shape = root && registry.get(root.businessObject.id);
      if (!shape || shape === root || found.includes(shape.id)) break;
      found.push(shape.id);
    }
    return found;
  }

  // What stands inside a closed sub-process is told on it too: [{element, count, state}].
  function held(viewer, tokens) {
    const found = new Map();
    for (const token of tokens) {
      const grave = GRAVEST.indexOf(token.state ?? "");
      if (grave < 0) continue; // what only a comparison or a test has coloured
      for (const element of holders(viewer, token.element)) {
        const told = found.get(element) ?? { element, count: 0, state: "" };
        told.count += Number(token.count ?? 1);
        if (grave > GRAVEST.indexOf(told.state)) told.state = token.state;
        found.set(element, told);
      }
    }
    return [...found.values()];
  }

  // The drawing that shows all tokens: theirs, if they share one, else the whole procedure's.
  function opened(viewer, tokens) {
    const canvas = viewer.get("canvas");
    const shapes = tokens.map((token) => viewer.get("elementRegistry").get(token.element)).filter(Boolean);
    const roots = new Set(shapes.map((shape) => canvas.findRoot(shape)));
    if (!roots.size || near.get(viewer) === viewer.getDefinitions()) return canvas.getRootElement();
    const root = roots.size === 1 ? [...roots][0] : canvas.getRootElements()[0];
    if (canvas.getRootElement() !== root) {
      canvas.setRootElement(root);
      canvas.zoom("fit-viewport", "auto");
    }
    return root;
  }

  // A wide drawing shown whole cannot be read: come near to its tokens once, then keep them in sight.
  function approach(viewer, tokens) {
    const canvas = viewer.get("canvas");
    const registry = viewer.get("elementRegistry");
    if (!tokens.length || !canvas.viewbox().outer.width) return;
    const root = opened(viewer, tokens);
    const shapes = [...tokens, ...held(viewer, tokens)]
      .map((token) => registry.get(token.element))
      .filter((shape) => shape?.width && canvas.findRoot(shape) === root);
    if (!shapes.length) return;
    const middle = {
      x: shapes.reduce((sum, shape) => sum + shape.x + shape.width / 2, 0) / shapes.length,
      y: shapes.reduce((sum, shape) => sum + shape.y + shape.height / 2, 0) / shapes.length,
    };
    const first = ![root, viewer.getDefinitions()].includes(near.get(viewer));
    if (first) near.set(viewer, root);
    if (first && canvas.zoom() < READABLE) canvas.zoom(READABLE, middle);
    const box = canvas.viewbox();
    const sees = (at, from, length) => at > from + EDGE && at < from + length - EDGE;
    if (sees(middle.x, box.x, box.width) && sees(middle.y, box.y, box.height)) return;
    canvas.viewbox({ ...box, x: middle.x - box.width / 2, y: middle.y - box.height / 2 });
  }

  function clear(viewer) {
    const canvas = viewer.get("canvas");
    viewer.get("overlays").remove({ type: "token" });
    viewer.get("elementRegistry").forEach((element) => {
      for (const name of ["bj-passed", "bj-token", ...KINDS.map((kind) => `bj-token--${kind}`)]) {
        canvas.removeMarker(element, name);
      }
    });
  }

  function mark(viewer, id, name) {
    if (!viewer.get("elementRegistry").get(id)) return false;
    viewer.get("canvas").addMarker(id, name);
    return true;
  }

  function begin() {
    for (const figure of document.querySelectorAll('[data-module="banjie-diagram"]')) {
      // A folded figure has no size to draw in: it waits until it is unfolded.
      const fold = figure.closest("details:not([open])");
      if (fold) fold.addEventListener("toggle", () => attempt(figure), { once: true });
      else attempt(figure);
    }
  }

  function attempt(figure) {
    draw(figure).catch((fault) => {
      figure.classList.remove("bj-diagram--drawn");
      const said = document.createElement("p");
      said.className = "govuk-body bj-diagram__fault";
      said.textContent = figure.dataset.fault;
      figure.prepend(said);
      console.warn(fault);
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
