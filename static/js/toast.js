// Notices. Anybody shows one with: document.dispatchEvent(new CustomEvent("toast", {detail: {message, level, undo_url, url}})).
// htmx answers do it with HX-Trigger: {"toast": {…}}. Errors stay 12 s, an Undo 8 s, others 5 s; hover and focus hold them.
const LIFETIME = { error: 12000, undo: 8000, other: 5000 };
const CARRIED = "vouch.toast";
const region = document.getElementById("toasts");
const csrf = () => document.querySelector("meta[name=csrf-token]").content;

function keepFor(toast) {
  const kind = toast.matches(".is-error") ? "error" : toast.querySelector("[data-undo]") ? "undo" : "other";
  let timer;
  const start = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), LIFETIME[kind]); };
  const hold = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
}

function say(text, message, url) {
  if (!url) return void (text.textContent = message);
  const link = document.createElement("a");
  link.href = url;
  link.textContent = message;
  text.replaceChildren(link);
}

function show({ message, level = "success", undo_url: undo, url }) {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.className = `toast is-${level}`;
  toast.setAttribute("role", level === "error" ? "alert" : "status");
  say(toast.querySelector("p"), message, url);
  const use = toast.querySelector("use");
  const icon = { error: "alert-triangle", warning: "alert-triangle", info: "info-circle" }[level] || "circle-check";
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
  const button = toast.querySelector("[data-undo]");
  if (undo) button.dataset.undo = undo;
  else button.remove();
  region.append(toast);
  keepFor(toast);
}

// The page is loaded afresh after an undo; what to say travels with the tab.
function reloadWith(detail) {
  if (detail?.message) sessionStorage.setItem(CARRIED, JSON.stringify(detail));
  location.reload();
}

async function undo(button) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  const toast = button.closest("[data-toast]");
  try {
    const headers = { "X-CSRFToken": csrf(), Accept: "application/json, text/html;q=0.9" };
    const answer = await fetch(button.dataset.undo, { method: "POST", headers, redirect: "manual" });
    const body = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(body.error?.message);
    // A redirect leaves its own message for the next page.
    reloadWith(answer.type === "opaqueredirect" ? null : { message: body.message || region.dataset.undone });
  } catch (error) {
    toast.remove();
    show({ message: error.message || region.dataset.undoFailed, level: "error" });
  }
}

document.addEventListener("toast", (event) => show(event.detail));
region.addEventListener("click", (event) => {
  const button = event.target.closest("[data-undo]");
  if (button) undo(button);
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});

region.querySelectorAll("[data-toast]").forEach(keepFor);
const carried = sessionStorage.getItem(CARRIED);
if (carried) {
  sessionStorage.removeItem(CARRIED);
  show(JSON.parse(carried));
}
