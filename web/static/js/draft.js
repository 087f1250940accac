// What the editors of a draft share: work is kept whole or not at all, checked while it goes on, and what the
// editor would lose is asked about before it is lost.
const data = (id) => JSON.parse(document.getElementById(id).textContent);
const PAUSE = 900; // milliseconds without a change before the server is asked

export const fill = (text, values = {}) => text.replace(/{(\w+)}/g, (all, name) => values[name] ?? all);

export function node(kind, className, content) {
  const made = document.createElement(kind);
  made.className = className;
  if (content !== undefined) made.textContent = String(content);
  return made;
}

// One finding as a line begins: its severity in words, for who cannot see the colour.
export function finding(one, say) {
  const isError = one.severity === "error";
  const item = node("li", `bj-finding bj-finding--${isError ? "red" : "note"}`);
  item.append(node("strong", "bj-finding__kind", isError ? say.error : say.note));
  return item;
}

// The draft on a page. `hooks`: text() → its XML now; look() what is found while drawing, before the server says;
// found(findings) what the server says; settle() and kept() before and after keeping, where there is something to do.
export function draft(page, hooks) {
  const words = data("editor-words");
  const say = data("editor-sentences");
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
  const state = page.querySelector("[data-state]");
  const losses = page.querySelector("[data-losses]");
  let version = Number(page.dataset.version);
  let dirty = false;
  let untouched; // what the editor writes before anything is changed: what it lacks, the editor never held
  let waiting;

  function tell(sentence, kind) {
    state.textContent = sentence;
    state.className = `bj-tag bj-tag--${kind}`;
  }

  function ask(lost) {
    losses.querySelector("ul").replaceChildren(...lost.map((loss) => node("li", "bj-code", loss)));
    losses.hidden = false;
    losses.focus();
    tell(say.losses, "red");
  }

  function post(address, body) {
    return fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
      body: JSON.stringify(body),
    });
  }

  async function check() {
    await hooks.look?.();
    const answer = await post(page.dataset.check, { xml: await hooks.text(), version });
    if (answer.ok) await hooks.found((await answer.json()).findings);
  }

  function changed() {
    dirty = true;
    tell(say.unsaved, "open");
    clearTimeout(waiting);
    waiting = setTimeout(check, PAUSE);
  }

  async function save(accept) {
    tell(say.saving, "open");
    try {
      await hooks.settle?.();
      clearTimeout(waiting);
      const answer = await post(page.dataset.address, { xml: await hooks.text(), version, untouched, accept });
      const told = await answer.json();
      if (answer.ok) return await keep(told);
      if (told.losses) return ask(told.losses);
      tell(told.sentence, "red");
    } catch {
      tell(say.offline, "red");
    }
  }

  async function keep(told) {
    version = told.version;
    dirty = false;
    untouched = undefined; // what is kept now is this editor's own
    losses.hidden = true;
    await hooks.found(told.findings);
    tell(fill(say.saved, { version }), "done");
    hooks.kept?.();
  }

  function listen() {
    page.querySelector("[data-save]").addEventListener("click", () => save(false));
    page.querySelector("[data-accept]").addEventListener("click", () => save(true));
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        save(false);
      }
    });
    window.addEventListener("beforeunload", (event) => {
      if (dirty) event.preventDefault();
    });
  }

  // Called once the editor shows the draft: from now on it can be kept, and what it never held is asked about.
  async function opened() {
    listen();
    page.dataset.ready = "true";
    untouched = await hooks.text();
    const told = await post(page.dataset.check, { xml: untouched, untouched }).then((answer) => answer.json());
    if (told.losses?.length) ask(told.losses);
    page.dataset.opened = "true";
  }

  function broken(fault) {
    tell(say.broken, "red");
    console.warn(fault);
  }

  const translate = (text, values) => fill(words[text] ?? text, values);
  return { findings: data("editor-findings"), say, translate, changed, opened, broken };
}
