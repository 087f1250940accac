// Keeps the supervisor's board up to date: the server's live line says when something has changed, and the
// board then asks for its part again. Where no line is free it asks every few seconds, and tries for one later.
const ASK_EVERY = 4000;
const TRY_AGAIN = 60000;
let asking;
let fetching = false;
let stale = false;

const board = () => document.getElementById("board");

// What changes while the part is being fetched would be lost with the element the answer replaces: ask again.
function refresh() {
  if (fetching) {
    stale = true;
    return;
  }
  fetching = true;
  window.htmx.trigger(board(), "banjie:changed");
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.pathInfo.requestPath.startsWith(board().getAttribute("hx-get").split("?")[0])) return;
  fetching = false;
  if (stale) {
    stale = false;
    window.setTimeout(refresh, 0);
  }
});

function tell(how) {
  const line = document.getElementById("board-line");
  line.textContent = line.dataset[how];
}

function ask() {
  asking ??= window.setInterval(refresh, ASK_EVERY);
  tell("asking");
}

function listen() {
  if (!("EventSource" in window)) return ask();
  const line = new EventSource(board().dataset.line);
  line.addEventListener("open", () => {
    window.clearInterval(asking);
    asking = undefined;
    tell("live");
  });
  line.addEventListener("changed", refresh);
  line.addEventListener("error", () => {
    if (line.readyState !== EventSource.CLOSED) return; // the browser calls again by itself
    ask();
    window.setTimeout(listen, TRY_AGAIN);
  });
  // A page that is left gives its line back at once.
  window.addEventListener("pagehide", () => line.close(), { once: true });
}

listen();
