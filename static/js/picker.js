// Chooses one of many records by typing a fragment: <div data-picker="/customers/options/"> (components/picker.html).
const parts = (picker) => ({
  value: picker.querySelector("input[type=hidden]"),
  text: picker.querySelector("[role=combobox]"),
  list: picker.querySelector("[role=listbox]"),
});
const options = (list) => [...list.querySelectorAll("[role=option]")];
const pending = new WeakMap();

function close(picker) {
  const { text, list } = parts(picker);
  list.hidden = true;
  text.setAttribute("aria-expanded", "false");
  text.removeAttribute("aria-activedescendant");
}
function mark(picker, option) {
  const { text, list } = parts(picker);
  options(list).forEach((other) => other.setAttribute("aria-selected", String(other === option)));
  if (!option) return text.removeAttribute("aria-activedescendant");
  text.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}
async function search(picker) {
  const { text, list } = parts(picker);
  pending.get(picker)?.abort();
  const request = new AbortController();
  pending.set(picker, request);
  const url = `${picker.dataset.picker}?${new URLSearchParams({ q: text.value.trim() })}`;
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store", signal: request.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...page.body.childNodes);
    options(list).forEach((option, at) => { option.id = `${list.id}_${at}`; });
    list.hidden = false;
    text.setAttribute("aria-expanded", "true");
    mark(picker, text.value.trim() ? options(list)[0] : null);
  } catch (error) {
    if (error.name !== "AbortError") close(picker);
  }
}
function choose(picker, option) {
  const { value, text } = parts(picker);
  value.value = option.dataset.value;
  text.value = picker.dataset.chosen = option.textContent.trim();
  close(picker);
  value.dispatchEvent(new Event("input", { bubbles: true }));
}
// Words that name no record are not a choice: empty clears it, anything else goes back to what was chosen.
function leave(picker) {
  const { value, text } = parts(picker);
  pending.get(picker)?.abort();
  clearTimeout(picker.timer);
  if (!text.value.trim()) value.value = picker.dataset.chosen = "";
  else text.value = picker.dataset.chosen || "";
  close(picker);
}

const pickerOf = (event) => event.target.closest?.("[data-picker]");
document.addEventListener("focusin", (event) => {
  const picker = pickerOf(event);
  if (picker) picker.dataset.chosen ??= parts(picker).text.value;
});
document.addEventListener("input", (event) => {
  const picker = event.target.matches("[role=combobox]") && pickerOf(event);
  if (!picker) return;
  // Who was here before this ran has not been seen to come.
  picker.dataset.chosen ??= event.target.defaultValue;
  clearTimeout(picker.timer);
  picker.timer = setTimeout(search, 150, picker);
});
document.addEventListener("focusout", (event) => {
  const picker = pickerOf(event);
  if (picker && !picker.contains(event.relatedTarget)) leave(picker);
});
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[data-picker] [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(option.closest("[data-picker]"), option);
});
document.addEventListener("keydown", (event) => {
  const picker = event.target.matches?.("[role=combobox]") && pickerOf(event);
  if (!picker) return;
  const { list } = parts(picker);
  const all = options(list);
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && list.hidden) search(picker);
  else if (step && all.length) mark(picker, all.at(at < 0 && step > 0 ? 0 : (at + step) % all.length));
  else if (event.key === "Enter" && !list.hidden && all[at]) choose(picker, all[at]);
  else if (event.key === "Escape" && !list.hidden) leave(picker);
  else return;
  event.preventDefault();
});
