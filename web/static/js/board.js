// Keeps the supervisor's board up to date: the server's live line says when something has changed, and the
// board then asks for its part again. Where no line is free it asks every few seconds, and tries for one later.
const ASK_EVERY = 4000;
const TRY_AGAIN = 60000;
let asking;

const board = () => document.getElementById("board");
const refresh = () => window.htmx.trigger(board(), "banjie:changed");

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
