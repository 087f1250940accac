// Colours a drawn diagram by where its cases lose their days. The table below says the same.
document.addEventListener("banjie:drawn", async (event) => {
  const source = event.target.closest("[data-heat]")?.dataset.heat;
  if (!source) return;
  const { viewer, holders, approach } = event.detail;
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { places } = await answer.json();
  const registry = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  const drawn = [...places, ...around(places)].filter((one) => registry.get(one.element));
  for (const place of drawn) {
    canvas.addMarker(place.element, `bj-heat-${place.heat}`);
    const badge = document.createElement("div");
    badge.className = `bj-heat-mark bj-heat-mark--${place.heat}`;
    badge.textContent = place.text;
    viewer.get("overlays").add(place.element, "heat", { position: { top: -14, left: -6 }, html: badge });
  }
  // The warmest place of the drawing that opens first is brought into sight; the first of equals leads the table.
  const first = drawn.filter((one) => canvas.findRoot(registry.get(one.element)) === canvas.getRootElement());
  const most = Math.max(...first.map((one) => one.heat));
  approach(viewer, first.filter((one) => one.heat === most).slice(0, 1));

  // A sub-process drawn closed is as warm as the warmest place in it, and says that place's days.
  function around(found) {
    const warm = new Map();
    for (const place of [...found].sort((one, other) => other.heat - one.heat)) {
      for (const element of holders(viewer, place.element)) {
        if (!warm.has(element)) warm.set(element, { ...place, element });
      }
    }
    return warm.values();
  }
});
