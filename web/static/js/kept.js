// What stands in a form and is not handed in yet, kept in this tab alone: a session that ends, a line that
// breaks, a step back lose nothing. Never kept: files and secrets. Handing in and leaving forget it.
const PREFIX = "banjie.kept:";
const LEFT_OUT = new Set(["file", "hidden", "password", "submit", "button"]);
const chosen = (control) => ["checkbox", "radio"].includes(control.type);
const controls = (form) => [...form.elements].filter((one) => one.name && !LEFT_OUT.has(one.type));
const contents = (form) =>
  controls(form).map((one) => [one.name, chosen(one) && !one.checked ? null : one.value]);
const place = (form) => PREFIX + form.dataset.keep + new URL(form.action).pathname;

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, kept) {
  try {
    sessionStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing, or is full: the form works as it does without this.
  }
}

function all() {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function fill(form, fields) {
  const left = new Map();
  for (const [name, value] of fields) left.set(name, [...(left.get(name) ?? []), value]);
  for (const control of controls(form)) {
    const values = left.get(control.name);
    if (!values) continue;
    if (chosen(control)) control.checked = values.includes(control.value);
    else if (values.length) control.value = values.shift() ?? "";
  }
}

function bringBack(form) {
  const key = place(form);
  const kept = read(key);
  if (kept && JSON.stringify(kept.fields) !== JSON.stringify(contents(form))) {
    fill(form, kept.fields);
    const told = form.querySelector("template[data-kept-told]").content.firstElementChild.cloneNode(true);
    told.querySelector("button").addEventListener("click", () => {
      form.reset();
      sessionStorage.removeItem(key);
      told.remove();
    });
    form.prepend(told);
    write(key, { fields: contents(form) });
  } else if (kept) sessionStorage.removeItem(key);
  form.addEventListener("input", () => write(key, { fields: contents(form) }));
  form.addEventListener("submit", () => write(key, { fields: contents(form), sent: true }));
}

const forms = [...document.querySelectorAll("form[data-keep]")];
const refused = document.querySelector("[data-refusal]");
for (const key of all()) {
  const kept = read(key);
  if (!kept?.sent || forms.some((form) => place(form) === key)) continue;
  if (refused) write(key, { fields: kept.fields });
  else sessionStorage.removeItem(key);
}
forms.forEach(bringBack);
if (refused && all().length) for (const told of document.querySelectorAll("[data-kept-told]")) told.hidden = false;
for (const form of document.querySelectorAll("form[data-forget]"))
  form.addEventListener("submit", () => all().forEach((key) => sessionStorage.removeItem(key)));
