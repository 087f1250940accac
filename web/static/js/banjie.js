// Brings the page's components to life, at loading and after htmx has put a part in place.
// Nothing here is needed to read a page or to hand in a form.
import { initAll, createAll } from "../vendor/govuk/govuk-frontend.min.js";
import { SortableTable } from "../vendor/moj/sortable-table.js";
import "./kept.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

function awaken(scope) {
  initAll({ scope });
  createAll(SortableTable, {}, scope);
}

// On a phone the filters start folded, so that the list comes first.
if (window.matchMedia("(max-width: 768px)").matches) {
  for (const fold of document.querySelectorAll(".bj-filter__fold")) fold.open = false;
}

// Folded explanations belong on paper too.
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not(.bj-post-switch)")) fold.open = true;
});

awaken(document);
// htmx announces the body itself once at the start; only the parts it puts in place later are new.
document.body.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) awaken(event.target.parentElement ?? document);
});

// A long list under the fingers: J and K go from row to row, Enter opens as for any link.
document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (!step || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...document.querySelectorAll("[data-rows] tbody tr")].map((row) => row.querySelector("a"));
  const at = links.findIndex((link) => link?.closest("tr").contains(document.activeElement));
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
