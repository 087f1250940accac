// Moves the replay's diagram with its steps: what stands on it is said by the part that came with the step
// (<script type="application/json" id="step-facts">{"step", "xml", "tokens", "passed"}</script>).
// Without it every step is a page of its own.
(() => {
  const READABLE = 0.8;
  const figure = document.querySelector("#diagram");
  const slider = document.querySelector("#slider");
  let viewer = null;
  let drawn = figure.dataset.xml;
  let near = "";

  const facts = () => JSON.parse(document.querySelector("#step-facts").textContent);

  async function show() {
    const told = facts();
    if (Number(slider.value) !== told.step && document.activeElement !== slider) slider.value = told.step;
    if (!viewer) return;
    if (told.xml !== drawn) {
      drawn = told.xml;
      const answer = await fetch(told.xml, { headers: { Accept: "application/xml" } });
      const text = await answer.text();
      // A later step may have asked for another diagram meanwhile.
      if (drawn !== told.xml || !answer.ok) return;
      await viewer.importXML(text);
      viewer.get("canvas").zoom("fit-viewport", "auto");
    }
    const now = facts();
    figure.dispatchEvent(new CustomEvent("banjie:tokens", { detail: now }));
    follow(now.tokens);
  }

  // A wide diagram drawn whole cannot be read: come near once, then keep the tokens in sight.
  function follow(tokens) {
    const canvas = viewer.get("canvas");
    const registry = viewer.get("elementRegistry");
    const shapes = tokens.map((token) => registry.get(token.element)).filter((shape) => shape && shape.width);
    if (!shapes.length) return;
    const middle = {
      x: shapes.reduce((sum, shape) => sum + shape.x + shape.width / 2, 0) / shapes.length,
      y: shapes.reduce((sum, shape) => sum + shape.y + shape.height / 2, 0) / shapes.length,
    };
    if (near !== drawn && canvas.zoom() < READABLE) {
      canvas.zoom(READABLE, middle);
      centre(canvas, middle);
    } else if (!seen(canvas, middle)) {
      centre(canvas, middle);
    }
    near = drawn;
  }

  function seen(canvas, { x, y }) {
    const box = canvas.viewbox();
    const edge = 60;
    return x > box.x + edge && x < box.x + box.width - edge && y > box.y + edge && y < box.y + box.height - edge;
  }

  function centre(canvas, { x, y }) {
    const box = canvas.viewbox();
    canvas.viewbox({ x: x - box.width / 2, y: y - box.height / 2, width: box.width, height: box.height });
  }

  figure.addEventListener("banjie:drawn", (event) => {
    viewer = event.detail.viewer;
    show();
  });
  document.body.addEventListener("htmx:afterSettle", show);
})();
