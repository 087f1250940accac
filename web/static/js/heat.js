// Colours a drawn diagram by where its cases lose their days. The table below says the same.
document.addEventListener("banjie:drawn", async (event) => {
  const source = event.target.closest("[data-heat]")?.dataset.heat;
  if (!source) return;
  const { viewer, holders } = event.detail;
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { places } = await answer.json();
  const registry = viewer.get("elementRegistry");
  for (const place of [...places, ...around(places)].filter((one) => registry.get(one.element))) {
    viewer.get("canvas").addMarker(place.element, `bj-heat-${place.heat}`);
    const badge = document.createElement("div");
    badge.className = `bj-heat-mark bj-heat-mark--${place.heat}`;
    badge.textContent = place.text;
    viewer.get("overlays").add(place.element, "heat", { position: { top: -14, left: -6 }, html: badge });
  }

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
