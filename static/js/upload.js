// Uploads: <form data-upload> tells how far it is, and a file can be dropped anywhere on its card. Without this script the form is sent as any other.
const say = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));

function told(request) {
  try { return JSON.parse(request.getResponseHeader("HX-Trigger")).toast; } catch { return null; }
}

function finish(form, request) {
  const body = form.closest("[data-documents-body]");
  const toast = told(request);
  if (toast) say(toast);
  if (request.getResponseHeader("Content-Type")?.startsWith("text/html") && [200, 409, 413, 422].includes(request.status)) {
    const chosen = form.elements.file.files;
    body.innerHTML = request.responseText;
    const again = body.querySelector("[data-upload]")?.elements.file;
    if (request.status !== 200 && again?.getAttribute("aria-invalid") !== "true") again.files = chosen;
    body.querySelector("[aria-invalid], .errorlist, summary")?.focus();
    return;
  }
  form.querySelector("button[type=submit]").disabled = false;
  form.querySelector(".upload-progress").hidden = true;
  if (!toast) say({ level: "error", message: form.dataset.failed });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-upload]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const request = new XMLHttpRequest();
  const [progress, status] = form.querySelectorAll(".upload-progress > *");
  progress.parentElement.hidden = false;
  form.querySelector("button[type=submit]").disabled = true;
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    progress.value = (100 * loaded) / total;
    status.textContent = loaded === total ? status.dataset.sent : `${Math.floor(progress.value)} %`;
  });
  request.addEventListener("loadend", () => finish(form, request));
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.send(new FormData(form));
}, true);

for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("[data-documents]")?.querySelector("[data-upload]");
    if (!form || ![...event.dataTransfer.types].includes("Files") || event.target.matches("input[type=file]")) return;
    event.preventDefault();
    form.closest("details").open = true;
    if (kind === "drop") form.elements.file.files = event.dataTransfer.files;
  });
}
