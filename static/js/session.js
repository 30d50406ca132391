// The session: typing keeps it alive. When it is over, what was typed stays, and one signs in again beside it.
const meta = document.querySelector("meta[name=session]");
const dialog = document.getElementById("session-over");
const idle = Number(meta.content) * 1000;
const often = Math.min(idle / 6, 300000);
let used = Date.now();

const over = () => { if (!dialog.open) dialog.showModal(); };
const unused = () => Date.now() - used;

// A new sign-in, here or in another window, gave forms a new token.
function resume(csrf) {
  used = Date.now();
  document.querySelector("meta[name=csrf-token]").content = csrf;
  document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = csrf; });
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": csrf }));
  if (!dialog.open) return;
  dialog.close();
  document.dispatchEvent(new CustomEvent("toast", { detail: { message: dialog.dataset.resumed } }));
}
async function ask() {
  const answer = await fetch(meta.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store" }).catch(() => null);
  if (answer?.status === 401) return over();
  if (!answer?.ok) return;
  const { person, csrf } = await answer.json();
  if (person === meta.dataset.person) resume(csrf);
  else location.reload();
}

document.addEventListener("session:over", over);
document.addEventListener("htmx:after:request", () => { used = Date.now(); });
document.addEventListener("input", () => { if (unused() > often) ask(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && (dialog.open || unused() > idle)) ask(); });
addEventListener("focus", () => { if (dialog.open) ask(); });

// Before the first submit after a long pause: is there still somebody to submit for?
addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.method === "dialog" || unused() < idle - Math.min(idle / 6, 60000)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask().then(() => { if (!dialog.open) { used = Date.now(); form.requestSubmit(submitter); } });
}, true);
