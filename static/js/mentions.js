// Completes "@Na" in the textarea of <div data-mentions="/notes/customer/…/people/">; only a note names people.
const NAME = /(?:^|[^\w@.])@([^\n@]{0,40})$/u;
const parts = (box) => ({ text: box.querySelector("textarea"), list: box.querySelector("[role=listbox]") });
const options = (list) => [...list.querySelectorAll("[role=option]")];
const begun = (text) => text.value.slice(0, text.selectionStart).match(NAME)?.[1];
const isNote = (text) => (text.form?.querySelector("[name=kind]:checked")?.value ?? "note") === "note";
let pending;

function close(box) {
  pending?.abort();
  const { text, list } = parts(box);
  list.hidden = true;
  text.removeAttribute("aria-activedescendant");
}
function mark(box, option) {
  const { text, list } = parts(box);
  options(list).forEach((other) => other.setAttribute("aria-selected", String(other === option)));
  text.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}
async function offer(box) {
  const { text, list } = parts(box);
  const fragment = begun(text);
  if (fragment === undefined || !isNote(text)) return close(box);
  pending?.abort();
  pending = new AbortController();
  try {
    const url = `${box.dataset.mentions}?${new URLSearchParams({ q: fragment })}`;
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store", signal: pending.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...page.querySelectorAll("[role=option]"));
    options(list).forEach((option, at) => { option.id = `${list.id}-${at}`; });
    if (!options(list).length) return close(box);
    list.hidden = false;
    mark(box, options(list)[0]);
  } catch (error) {
    if (error.name !== "AbortError") close(box);
  }
}
function choose(box, option) {
  const { text } = parts(box);
  const start = text.selectionStart - begun(text).length;
  text.setRangeText(`${option.dataset.value} `, start, text.selectionStart, "end");
  close(box);
}

const boxOf = (event) => event.target.closest?.("[data-mentions]");
document.addEventListener("input", (event) => { const box = boxOf(event); if (box) offer(box); });
document.addEventListener("focusout", (event) => { const box = boxOf(event); if (box) close(box); });
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[data-mentions] [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(option.closest("[data-mentions]"), option);
});
// Before htmx and the shortcuts: Enter and Escape belong to the open list.
document.addEventListener("keydown", (event) => {
  const box = boxOf(event);
  if (!box || parts(box).list.hidden) return;
  const all = options(parts(box).list);
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(box, all.at((at + step) % all.length));
  else if (event.key === "Enter" || event.key === "Tab") choose(box, all[at]);
  else if (event.key === "Escape") close(box);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
