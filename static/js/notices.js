// The bell. A page looks when it is told that a look is worth while (server-sent events), or now and then where nobody
// tells it; never while nobody sees it. What is new is said politely, and takes no focus.
const OFTEN = 15000; // ms between looks where nothing tells us
const SELDOM = 300000; // beside a stream, and the longest pause of one who finds nothing
const bell = document.getElementById("bell");
const menu = document.getElementById("notices");

let tag = "";
let after = bell?.dataset.after;
let pause = OFTEN;
let timer;
let stream;

const csrf = () => document.querySelector("meta[name=csrf-token]").content;
const toast = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail: { level: "info", ...detail } }));

function count(unread) {
  const badge = bell.querySelector(".bell-count");
  badge.textContent = unread > 99 ? "99+" : unread;
  bell.querySelector("[data-count]").textContent = unread;
  badge.hidden = bell.querySelector("[data-spoken]").hidden = !unread;
}

function tell(latest) {
  if (latest.length === 1) toast({ message: latest[0].title, url: latest[0].url });
  if (latest.length > 1) toast({ message: bell.dataset.many.replace("{count}", latest.length) });
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const headers = { Accept: "application/json", ...(tag ? { "If-None-Match": tag } : {}) };
    const answer = await fetch(`${bell.dataset.url}?after=${encodeURIComponent(after)}`, { headers, cache: "no-store", redirect: "error" });
    // Signed out, or without the right: until somebody comes back to the page.
    if ([401, 403, 404].includes(answer.status)) return;
    if (answer.ok) {
      const state = await answer.json();
      tag = answer.headers.get("ETag");
      if (state.newest > after) { after = state.newest; tag = ""; }
      count(state.unread);
      tell(state.latest);
      if (menu.matches(":popover-open") && state.latest.length) fill();
      pause = OFTEN;
    } else pause = Math.min(pause * (answer.status === 304 ? 1.2 : 2), SELDOM);
  } catch { pause = Math.min(pause * 2, SELDOM); }
  clearTimeout(timer);
  timer = setTimeout(look, stream?.readyState === EventSource.OPEN ? SELDOM : pause);
}

// A browser opens six lines to a server at most, for all of its tabs together: only the one that is seen has one.
function listen() {
  if (!bell.dataset.stream || document.hidden || stream) return;
  stream = new EventSource(bell.dataset.stream);
  stream.addEventListener("look", look);
  stream.addEventListener("error", () => {
    if (stream?.readyState === EventSource.CLOSED) stream = undefined;
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  });
}

function seen() {
  if (document.hidden) {
    clearTimeout(timer);
    stream?.close();
    stream = undefined;
    return;
  }
  pause = OFTEN;
  look();
  listen();
}

// ---- the panel ----
async function fill() {
  const panel = document.getElementById("notices-panel");
  panel.setAttribute("aria-busy", "true");
  const answer = await fetch(menu.dataset.url, { headers: { Accept: "text/html" }, redirect: "error" }).catch(() => null);
  if (answer?.ok) panel.innerHTML = await answer.text();
  panel.removeAttribute("aria-busy");
}

async function act(form) {
  const at = [...menu.querySelectorAll("form")].indexOf(form);
  const headers = { "X-CSRFToken": csrf(), "X-Requested-With": "notices" };
  const answer = await fetch(form.action, { method: "POST", headers, redirect: "error" }).catch(() => null);
  if (!answer?.ok) return location.assign(menu.querySelector(".notices-foot a").href);
  form.closest(".menu[popover]:not(#notices)")?.hidePopover();
  await fill();
  look();
  // Whoever works by keyboard goes on where they were.
  const buttons = [...menu.querySelectorAll(".notice-actions > form button, .notices-head button")];
  (buttons[Math.min(at, buttons.length - 1)] || menu.querySelector("a"))?.focus();
}

if (bell) {
  // The rest of a day is not lost to a page that was restored from the browser's memory.
  document.addEventListener("visibilitychange", seen);
  addEventListener("pageshow", (event) => { if (event.persisted) seen(); });
  addEventListener("pagehide", () => { stream?.close(); stream = undefined; });
  menu.addEventListener("toggle", (event) => { if (event.target === menu && event.newState === "open") fill(); });
  menu.addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.target);
  });
  listen();
  timer = setTimeout(look, pause);
}
