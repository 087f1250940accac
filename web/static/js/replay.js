// Moves the replay's diagram with its steps: what stands on it is said by the part that came with the step
// (<script type="application/json" id="step-facts">{"step", "xml", "tokens", "passed"}</script>).
// Without it every step is a page of its own.
(() => {
  const figure = document.querySelector("#diagram");
  const slider = document.querySelector("#slider");
  let viewer = null;
  let drawn = figure.dataset.xml;

  const facts = () => JSON.parse(document.querySelector("#step-facts").textContent);

  async function show() {
    const told = facts();
    if (Number(slider.value) !== told.step && document.activeElement !== slider) slider.value = told.step;
    slider.setAttribute("aria-valuetext", document.querySelector(".bj-replay__step").textContent);
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
    figure.dispatchEvent(new CustomEvent("banjie:tokens", { detail: facts() }));
  }

  figure.addEventListener("banjie:drawn", (event) => {
    viewer = event.detail.viewer;
    show();
  });
  document.body.addEventListener("htmx:afterSettle", show);
})();
