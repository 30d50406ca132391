// The shell: theme, dialogs, menus, row links and keyboard shortcuts. One delegated listener each.
const root = document.documentElement;
const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

// ---- theme ----
function chooseTheme(choice) {
  root.dataset.theme = choice;
  try { localStorage.setItem("theme", choice); } catch { /* a private window keeps it for this page */ }
  markTheme();
}
function markTheme() {
  document.querySelectorAll("[data-theme-choice]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === root.dataset.theme));
  });
}

// ---- what was written before the scripts ran: told to them once all of them listen ----
document.addEventListener("DOMContentLoaded", () => {
  const field = document.activeElement;
  if (field && "defaultValue" in field && field.value !== field.defaultValue) {
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// ---- dialogs: the browser gives the focus back on closing ----
function openDialog(dialog) {
  if (dialog.open) return;
  if (dialog.id === "shortcuts") listShortcuts(dialog.querySelector("dl"));
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("dialog:open", { bubbles: true }));
}

// ---- menus: native popovers; CSS places them where it can, this does elsewhere ----
const placedByCss = CSS.supports("position-area: bottom");
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (placedByCss || !menu.matches?.(".menu[popover]") || event.newState !== "open") return;
  const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  const place = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = place.bottom + 6 + height <= innerHeight;
  menu.style.top = `${Math.max(8, below ? place.bottom + 6 : place.top - height - 6)}px`;
  menu.style.left = `${Math.max(8, Math.min(place.right - width, innerWidth - width - 8))}px`;
}, true);
function moveInMenu(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  // A menu may have opened another one, and what is closed is not to be reached.
  const menu = step && [...document.querySelectorAll(".menu:popover-open")].at(-1);
  const items = [...(menu?.querySelectorAll?.(".menu-item") || [])].filter((item) => item.checkVisibility());
  if (!items.length) return;
  const at = items.indexOf(document.activeElement);
  items.at(at < 0 && step > 0 ? 0 : (at + step) % items.length).focus();
  event.preventDefault();
}

// ---- clicks ----
document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  const theme = at("[data-theme-choice]");
  if (theme) {
    chooseTheme(theme.dataset.themeChoice);
    theme.closest("[popover]")?.hidePopover();
  }
  const opener = at("[data-dialog-open]");
  if (opener && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    opener.closest("[popover]")?.hidePopover();
    openDialog(document.querySelector(opener.dataset.dialogOpen));
  }
  if (at("[data-dialog-close]") || event.target.matches("dialog:not([role=alertdialog])")) at("dialog")?.close();
  if (at("[data-back]")) history.back();
  if (at("[data-toggle-password]")) togglePassword(at("[data-toggle-password]"));
  if (at("[data-copy]")) copy(document.querySelector(at("[data-copy]").dataset.copy));
  const taker = at("[data-takes-query]");
  if (taker) {
    // The list may have been filtered since the page was made.
    const target = new URL(taker.href);
    target.searchParams.set("query", `${taker.dataset.takesQuery}&${location.search.slice(1)}`);
    taker.href = target;
  }
  const row = at("[data-href]");
  if (row && !at("a, button, input, label, select, textarea, [popover]") && !String(getSelection())) {
    if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank");
    else location.assign(row.dataset.href);
  }
});
async function copy(source) {
  let message = "Copied.";
  try { await navigator.clipboard.writeText(source.value ?? source.textContent.trim()); } catch {
    source.select?.();
    message = "Selected: copy it with the keyboard.";
  }
  document.dispatchEvent(new CustomEvent("toast", { detail: { message, level: "success" } }));
}
function togglePassword(button) {
  const input = button.parentElement.querySelector("input");
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

// ---- keyboard: every element with data-keys is a shortcut ("g c", "n", "/", "?", "mod+k") ----
let prefix = "";
let prefixTimer;
const reachable = (element) => !element.disabled && !element.closest("template");
const target = (keys) => [...document.querySelectorAll(`[data-keys="${CSS.escape(keys)}"]`)].find(reachable);
const inField = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function pressed(event) {
  const mod = onMac ? event.metaKey : event.ctrlKey;
  if (mod && !event.altKey && !event.shiftKey) return `mod+${event.key.toLowerCase()}`;
  return event.ctrlKey || event.metaKey || event.altKey ? "" : event.key;
}
function run(element, event) {
  event.preventDefault();
  if (element.matches("input, select, textarea")) {
    element.focus();
    element.select?.();
  } else element.click();
}
document.addEventListener("keydown", (event) => {
  moveInMenu(event);
  if (event.defaultPrevented || event.isComposing) return;
  const key = pressed(event);
  const global = key.startsWith("mod+");
  if (!key || (!global && (inField(event.target) || document.querySelector("dialog[open]")))) return;
  const element = (prefix && target(`${prefix} ${key}`)) || target(key);
  clearTimeout(prefixTimer);
  prefix = "";
  if (element) return run(element, event);
  if (key.length === 1 && document.querySelector(`[data-keys^="${CSS.escape(key)} "]`)) {
    prefix = key;
    prefixTimer = setTimeout(() => { prefix = ""; }, 1200);
  }
});
function listShortcuts(list) {
  const seen = new Set();
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-keys]")) {
    const keys = element.dataset.keys;
    if (!keys || seen.has(keys) || !reachable(element)) continue;
    seen.add(keys);
    const name = document.createElement("dt");
    name.textContent = element.dataset.keysLabel || element.title || element.textContent.trim().replace(/\s+/g, " ");
    const value = document.createElement("dd");
    for (const key of keys.split(/[ +]/)) {
      const cap = document.createElement("kbd");
      cap.textContent = { mod: onMac ? "⌘" : "Ctrl" }[key] || key;
      value.append(cap, " ");
    }
    list.append(name, value);
  }
}

// ---- start ----
if (onMac) document.querySelectorAll("[data-mod]").forEach((hint) => { hint.textContent = "⌘ K"; });
markTheme();
// On a phone the tab of this page may lie beyond the edge.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
