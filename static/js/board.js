// The board: cards move by mouse or touch (SortableJS) and by keyboard; each move is saved at once and can be undone.
const board = document.querySelector("[data-board]");
const live = document.getElementById("live");
const csrf = () => document.querySelector("meta[name=csrf-token]").content;
const toast = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));
const announce = (text) => { live.textContent = text; };

const columns = () => [...board.querySelectorAll("[data-stage]")];
const columnOf = (card) => card.closest("[data-stage]");
const cardsOf = (column) => column.querySelector("[data-cards]");
const nameOf = (column) => column.querySelector("h2").textContent.trim();
const titleOf = (card) => (card.querySelector(".board-card-title") || card).textContent.trim();
const whereIs = (card) => ({ list: card.parentElement, next: card.nextElementSibling });
const putAt = (card, { list, next }) => list.insertBefore(card, next?.parentElement === list ? next : null);

async function send(card, stage, version = "") {
  const answer = await fetch(card.dataset.moveUrl, {
    method: "POST",
    headers: { "X-CSRFToken": csrf(), Accept: "application/json" },
    body: new URLSearchParams({ stage, ...(version && { version }) }),
    keepalive: true,
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(body.error?.message), { code: body.error?.code });
  return body;
}
// In the version it was made on, so that a move that is overtaken on the way does not undo the later one. While the page
// stays, what a colleague has changed of the deal meanwhile is no reason to refuse it.
const move = (card, stage) => send(card, stage, card.dataset.version).catch((error) => {
  if (error.code !== "stale_version" || left) throw error;
  return send(card, stage);
});
function refresh(totals = []) {
  for (const { stage, count, sum } of totals) {
    const column = board.querySelector(`[data-stage="${CSS.escape(stage)}"]`);
    if (!column) continue;
    column.querySelector("[data-count]").textContent = count;
    column.querySelector("[data-sum]").textContent = sum;
  }
}
async function save(card, origin, post = move) {
  const column = columnOf(card);
  const { stage } = column.dataset;
  if (origin.list === card.parentElement) return;
  card.classList.add("is-saving");
  note(card, stage);
  try {
    const body = await post(card, stage);
    card.dataset.version = body.version;
    refresh(body.columns);
    toast({ message: body.message || `${titleOf(card)}: ${nameOf(column)}`, level: "success", undo_url: body.undo_url });
  } catch (error) {
    // The calls of a page that is left may be cut before it hears that it is left.
    if (error instanceof TypeError) await new Promise((later) => setTimeout(later, 100));
    if (left) return;
    forget(card, stage);
    putAt(card, origin);
    toast({ message: error.message || board.dataset.failed, level: "error" });
  } finally {
    card.classList.remove("is-saving");
  }
}

// ---- moves under way ----
// A page that is left loses the answer, not the move (keepalive). The next board of this tab may have been read before the
// move arrived, even if its answer still reached this page: a card in the version it had before is moved again, which
// changes nothing where the first one arrives, and is refused where somebody has changed the deal since.
const UNDER_WAY = "vouch.moves";
const idOf = (card) => card.dataset.moveUrl.split("?")[0];
const underWay = () => JSON.parse(sessionStorage.getItem(UNDER_WAY) || "{}");
let left = false;
addEventListener("pagehide", () => { left = true; });
addEventListener("pageshow", () => { left = false; });
const keep = (moves) => sessionStorage.setItem(UNDER_WAY, JSON.stringify(moves));
function note(card, stage) {
  keep({ ...underWay(), [idOf(card)]: { stage, version: card.dataset.version } });
}
function forget(card, stage) {
  const { [idOf(card)]: noted, ...others } = underWay();
  if (noted?.stage === stage) keep(others);
}
function resume() {
  const moves = underWay();
  sessionStorage.removeItem(UNDER_WAY);
  for (const card of board.querySelectorAll("[data-card]")) {
    const { stage, version } = moves[idOf(card)] || {};
    const column = version === card.dataset.version && columns().find((one) => one.dataset.stage === stage);
    if (!column) continue;
    const origin = whereIs(card);
    cardsOf(column).prepend(card);
    save(card, origin, (one, to) => send(one, to, version));
  }
}
resume();

// ---- mouse and touch ----
for (const list of board.querySelectorAll("[data-cards]")) {
  let origin = null;
  window.Sortable.create(list, {
    group: "board", draggable: "[data-card]", animation: 140, delay: 180, delayOnTouchOnly: true, touchStartThreshold: 4,
    ghostClass: "is-ghost", dragClass: "is-drag", filter: "button, input", preventOnFilter: false,
    onStart: ({ item }) => { drop(); origin = { list, next: item.nextElementSibling }; },
    onMove: ({ to }) => columns().forEach((column) => column.classList.toggle("is-target", column.contains(to) && to !== list)),
    onEnd: ({ item }) => {
      columns().forEach((column) => column.classList.remove("is-target"));
      save(item, origin);
    },
  });
}

// ---- keyboard ----
let lifted = null;
let from = null;
function drop() {
  lifted?.classList.remove("is-lifted");
  lifted?.removeAttribute("aria-pressed");
  lifted = null;
}
function lift(card) {
  lifted = card;
  from = whereIs(card);
  card.classList.add("is-lifted");
  announce(`${titleOf(card)}: ${board.dataset.lifted}`);
}
function tell(card) {
  const siblings = [...card.parentElement.querySelectorAll("[data-card]")];
  announce(`${nameOf(columnOf(card))}, ${siblings.indexOf(card) + 1} / ${siblings.length}`);
}
function shift(card, key) {
  const list = card.parentElement;
  if (key === "ArrowUp" && card.previousElementSibling) list.insertBefore(card, card.previousElementSibling);
  if (key === "ArrowDown" && card.nextElementSibling) list.insertBefore(card.nextElementSibling, card);
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const next = sideways && columns()[columns().indexOf(columnOf(card)) + sideways];
  if (next) cardsOf(next).prepend(card);
  card.focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  tell(card);
}
function walk(card, key) {
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (!sideways) return (key === "ArrowUp" ? card.previousElementSibling : card.nextElementSibling)?.focus();
  const all = columns();
  for (let at = all.indexOf(columnOf(card)) + sideways; all[at]; at += sideways) {
    const first = all[at].querySelector("[data-card]");
    if (first) return first.focus();
  }
}
function settle(card) {
  drop();
  announce(`${titleOf(card)}: ${nameOf(columnOf(card))}`);
  save(card, from);
}
function cancel(card) {
  drop();
  putAt(card, from);
  card.focus();
  announce(board.dataset.cancelled);
}
board.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-card]");
  if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  if (key.startsWith("Arrow")) (lifted ? shift : walk)(card, key);
  else if (key === " ") lifted ? settle(card) : lift(card);
  else if (key === "Enter") lifted ? settle(card) : card.querySelector("a")?.click();
  else if (key === "Escape" && lifted) cancel(card);
  else return;
  event.preventDefault();
});
// Leaving a lifted card puts it back: nothing moves unnoticed. Moving it in the page blurs it for a moment, too.
board.addEventListener("focusout", () => setTimeout(() => {
  if (lifted && document.activeElement !== lifted && document.hasFocus()) cancel(lifted);
}, 50));
