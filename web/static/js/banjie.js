// Brings the page's components to life, at loading and after htmx has put a part in place.
// Nothing here is needed to read a page or to hand in a form.
import { initAll, createAll } from "../vendor/govuk/govuk-frontend.min.js";
import { SortableTable } from "../vendor/moj/sortable-table.js";
import "./kept.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

function awaken(scope) {
  for (const label of scope.querySelectorAll("[data-tick-all-label]")) label.hidden = false;
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

// A long list under the fingers: J and K go from row to row, X ticks, Enter opens as for any link, / searches.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  const list = document.querySelector("[data-rows]");
  if (!list || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...list.querySelectorAll("tbody tr")].map((row) => row.querySelector("a"));
  const at = links.findIndex((link) => link?.closest("tr").contains(document.activeElement));
  const step = { j: 1, k: -1 }[event.key];
  let next = step && links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  if (event.key === "/") next = document.querySelector("[role=search] [type=search]");
  if (event.key === "x" && at >= 0) links[at].closest("tr").querySelector("[type=checkbox]")?.click();
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// Several rows at once: one tick for the whole page; a list with ticks in it is not put anew under the hand.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-all]")) return;
  const rows = event.target.closest("[data-rows]").querySelectorAll("tbody [type=checkbox]");
  for (const row of rows) row.checked = event.target.checked;
});
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-rows]") && event.target.querySelector(":checked")) event.preventDefault();
});
