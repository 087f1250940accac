// Colours a drawn diagram by where its cases lose their days. The table below says the same.
document.addEventListener("banjie:drawn", async (event) => {
  const source = event.target.closest("[data-heat]")?.dataset.heat;
  if (!source) return;
  const { viewer } = event.detail;
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { places } = await answer.json();
  const registry = viewer.get("elementRegistry");
  for (const place of places.filter((one) => registry.get(one.element))) {
    viewer.get("canvas").addMarker(place.element, `bj-heat-${place.heat}`);
    const badge = document.createElement("div");
    badge.className = `bj-heat-mark bj-heat-mark--${place.heat}`;
    badge.textContent = place.text;
    viewer.get("overlays").add(place.element, "heat", { position: { top: -14, left: -6 }, html: badge });
  }
});
