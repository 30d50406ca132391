// Forms and lists: filters that submit themselves, one submit per click, unsaved changes, questions, selected rows, inline edits.
const say = (message, level = "error") => document.dispatchEvent(new CustomEvent("toast", { detail: { message, level } }));
const announce = (text) => { document.getElementById("live").textContent = text; };

// ---- filters: <form data-autosubmit="#rows"> becomes an htmx form, which htmx may have passed before this ran ----
function makeFilters(scope) {
  for (const form of scope.querySelectorAll("form[data-autosubmit]")) {
    const rows = form.dataset.autosubmit || "#rows";
    const attributes = {
      "hx-get": form.getAttribute("action") || location.pathname, "hx-target": rows, "hx-push-url": "true",
      "hx-trigger": "submit, input delay:250ms", "hx-sync": "this:replace", "hx-indicator": rows, novalidate: "",
    };
    for (const [name, value] of Object.entries(attributes)) if (!form.hasAttribute(name)) form.setAttribute(name, value);
  }
}
makeFilters(document);
document.querySelectorAll("form[data-autosubmit]").forEach((form) => window.htmx?.process(form));
document.addEventListener("htmx:before:process", (event) => makeFilters(event.target.querySelectorAll ? event.target : document));
document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  // A fragment kept in the browser's cache would come back as the page when somebody goes back.
  request.cache = "no-store";
  if (!sourceElement.matches("[data-autosubmit]")) return;
  const filled = [...request.body].filter(([, value]) => value !== "");
  request.body = new FormData();
  filled.forEach(([name, value]) => request.body.append(name, value));
});

// ---- what htmx cannot swap is said aloud ----
const SPOKEN = {
  0: "The server did not answer. Check the connection and try again.",
  401: "You have been signed out. Sign in again.", 403: "You may not do that.", 404: "That is no longer there.",
  409: "Somebody changed this meanwhile. Reload the page to see the newest version.",
  412: "Somebody changed this meanwhile. Reload the page to see the newest version.",
  413: "That is too large.", 429: "That was too fast. Wait a moment and try again.",
};
function envelopeMessage(text) {
  try { return JSON.parse(text).error.message; } catch { return ""; }
}
document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status === 422 || ctx.hx?.trigger?.includes("toast")) return;
  say(envelopeMessage(ctx.text) || SPOKEN[ctx.response.status] || "Something went wrong. Nothing was changed.");
});
document.addEventListener("htmx:error", (event) => { if (!event.detail.ctx?.response) say(SPOKEN[0]); });
document.addEventListener("htmx:before:swap", (event) => {
  const answer = event.detail.ctx.response?.raw;
  if (answer?.redirected && new URL(answer.url).pathname.startsWith("/accounts/login")) {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("session:over"));
  }
});

// ---- one submit per click ----
const busy = new WeakSet();
function markBusy(button, on) {
  if (!button) return;
  button.disabled = on;
  button.toggleAttribute("aria-busy", on);
  if (on) button.setAttribute("aria-busy", "true");
}
const submitters = (form) => [...form.elements].filter((element) => element.type === "submit");
function release(form) {
  busy.delete(form);
  submitters(form).forEach((button) => markBusy(button, false));
}
function guard(event) {
  const form = event.target;
  if (form.method === "dialog" || (form.method === "get" && !form.hasAttribute("hx-post")) || form.matches("[data-no-guard]") || event.submitter?.formTarget) return;
  if (busy.has(form)) return event.preventDefault(), event.stopImmediatePropagation();
  busy.add(form);
  const button = event.submitter || submitters(form)[0];
  // After this task, so that the button's own value is still sent.
  setTimeout(() => { if (busy.has(form)) markBusy(button, true); });
}
document.addEventListener("htmx:finally:request", (event) => {
  const form = event.target.closest?.("form");
  if (form && busy.has(form)) release(form);
});
addEventListener("pageshow", (event) => { if (event.persisted) document.querySelectorAll("form").forEach(release); });

// ---- unsaved changes: <form data-dirty>; data-dirty="now" is unsaved from the start ----
const isDirty = () => [...document.querySelectorAll("form[data-dirty=now]")].some((form) => !busy.has(form));
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-dirty]")) form.dataset.dirty = "now";
});
addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });

// ---- questions: data-confirm on a form or its button, hx-confirm on anything ----
function ask(text, danger, label) {
  const dialog = document.getElementById("confirm");
  const yes = dialog.querySelector("[data-confirm-yes]");
  dialog.querySelector("[data-confirm-text]").textContent = text;
  yes.classList.toggle("btn-danger", danger);
  yes.classList.toggle("btn-primary", !danger);
  yes.textContent = label || yes.dataset.confirmYes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
const agreed = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const asked = button?.dataset.confirm ? button : form;
  if (!asked.dataset.confirm || agreed.has(form)) {
    agreed.delete(form);
    return guard(event);
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const text = asked.dataset.confirm.replace("{count}", selectedCount().toLocaleString());
  const danger = asked.hasAttribute("data-confirm-danger");
  ask(text, danger, asked.dataset.confirmLabel || button?.textContent.trim()).then((yes) => {
    if (!yes) return;
    agreed.add(form);
    form.requestSubmit(button);
  });
}, true);
document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  ask(ctx.confirm, ctx.sourceElement.hasAttribute("data-confirm-danger")).then((yes) => (yes ? issueRequest() : dropRequest()));
});

// ---- selected rows ----
const bar = () => document.querySelector("[data-bulk-bar]");
const rows = () => [...document.querySelectorAll("[data-bulk-row]")];
// Absent where only ticked rows can be acted on.
const everyMatch = () => bar()?.elements.all_matching;
const choose = (value) => { if (everyMatch()) everyMatch().value = value; };
let lastRow = null;
function selectedCount() {
  if (everyMatch()?.value) return Number(bar().dataset.total);
  return rows().filter((box) => box.checked).length;
}
function showSelection() {
  const form = bar();
  if (!form) return;
  const all = rows();
  const chosen = all.filter((box) => box.checked);
  const page = document.querySelector("[data-bulk-page]");
  const total = Number(form.dataset.total);
  if (chosen.length < all.length) choose("");
  if (page) {
    page.checked = chosen.length > 0 && chosen.length === all.length;
    page.indeterminate = chosen.length > 0 && !page.checked;
  }
  form.hidden = chosen.length === 0;
  form.querySelector("[data-bulk-count]").textContent = selectedCount().toLocaleString();
  const every = form.querySelector("[data-bulk-all]");
  if (every) every.hidden = !(page?.checked && total > all.length && !everyMatch()?.value);
}
function selectPage(on) {
  rows().forEach((box) => { box.checked = on; });
  choose("");
  showSelection();
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-bulk-page]")) selectPage(event.target.checked);
  if (event.target.matches("[data-bulk-row]")) showSelection();
});
document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-bulk-row]");
  if (box) {
    if (event.shiftKey && lastRow?.isConnected) selectRange(lastRow, box);
    lastRow = box;
  }
  if (event.target.closest("[data-bulk-clear]")) selectPage(false);
  if (event.target.closest("[data-bulk-all]")) {
    choose("1");
    showSelection();
  }
});
// <select data-submits="id"> presses that button. With the arrow keys each step on the way is a change, so who chooses
// by keyboard goes on to the button, which stands beside it.
let isByKey = false;
document.addEventListener("keydown", () => { isByKey = true; }, true);
document.addEventListener("pointerdown", () => { isByKey = false; }, true);
document.addEventListener("change", (event) => {
  if (!isByKey) document.getElementById(event.target.dataset?.submits ?? "")?.click();
});
function selectRange(from, to) {
  const all = rows();
  const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  all.slice(first, last + 1).forEach((box) => { box.checked = to.checked; });
  showSelection();
}

// ---- an order that is chosen: <ol data-ordered> with buttons data-move="-1" and "1" in each row ----
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-ordered] [data-move]");
  if (!button) return;
  const row = button.closest("li");
  const list = row.parentElement;
  if (button.dataset.move < 0) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  button.focus();
  announce(`${row.querySelector("label").textContent.trim()}: ${[...list.children].indexOf(row) + 1} / ${list.children.length}`);
});

// ---- inline edits and the composer ----
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const cancel = event.target.closest?.(".inline-form")?.querySelector("[data-cancel]");
  if (cancel) cancel.click();
  else if (!document.querySelector("dialog[open], :popover-open") && bar() && !bar().hidden) selectPage(false);
});
document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  showSelection();
  const spoken = ctx.sourceElement.matches?.("[data-autosubmit]") && document.querySelector("[data-announce]");
  if (spoken) announce(spoken.dataset.announce || spoken.textContent);
  const composer = ctx.sourceElement.closest?.("[data-composer]");
  if (composer && ctx.response?.raw.ok) {
    composer.reset();
    composer.dataset.dirty = "";
    document.querySelector("[data-timeline-empty]")?.remove();
  }
});
document.addEventListener("htmx:after:settle", (event) => {
  const [added] = (event.detail.newContent || []).filter((node) => node.matches?.(".inline"));
  if (!added) return;
  setTimeout(() => {
    const field = added.querySelector("input:not([type=hidden]), select, textarea");
    (field || added.querySelector(".inline-value"))?.focus();
    if (field?.matches("input")) field.select?.();
  });
});
// ---- rows of a field: without this there are two empty ones after each save ----
for (const button of document.querySelectorAll("[data-rows-add]")) button.hidden = false;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rows-add]");
  if (!button) return;
  const rows = button.closest("[data-rows]").querySelectorAll("[data-rows-row]");
  const added = rows[rows.length - 1].cloneNode(true);
  const renumbered = (text) => text.replace(/-\d+-/, `-${rows.length}-`);
  for (const cell of added.querySelectorAll("input, select")) {
    cell.name = renumbered(cell.name);
    cell.id &&= renumbered(cell.id);
    cell.getAttribute("aria-label") && cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/\d+$/, rows.length + 1));
    if (cell.type === "checkbox") cell.checked = false;
    else if (cell.matches("input")) cell.value = "";
  }
  button.before(added);
  added.querySelector("input:not([type=hidden])").focus();
});
showSelection();
