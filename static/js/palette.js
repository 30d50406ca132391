// The command palette: pages and commands at once, records from the server while typing.
const dialog = document.getElementById("palette");
const input = dialog.querySelector("input");
const list = dialog.querySelector("[role=listbox]");
const commands = [...document.getElementById("commands").content.querySelectorAll("[role=option]")];
let request = null;
let timer = 0;
let serial = 0;

const options = () => [...list.querySelectorAll("[role=option]")];
const selected = () => list.querySelector("[aria-selected=true]");

function select(option) {
  selected()?.setAttribute("aria-selected", "false");
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.id ||= `palette-option-${serial += 1}`;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}
function group(label, children) {
  const box = document.createElement("div");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", label);
  const title = document.createElement("p");
  title.className = "palette-group";
  title.setAttribute("aria-hidden", "true");
  title.textContent = label;
  box.append(title, ...children);
  return box;
}
function render(query, found) {
  const words = query.toLowerCase();
  const matching = commands.filter((command) => command.querySelector("span").textContent.toLowerCase().includes(words));
  list.replaceChildren();
  if (found) list.append(found);
  if (matching.length) list.append(group(dialog.dataset.commandsLabel, matching.map((command) => command.cloneNode(true))));
  if (!options().length) {
    const nothing = document.createElement("p");
    nothing.className = "palette-empty";
    nothing.setAttribute("role", "option");
    nothing.setAttribute("aria-disabled", "true");
    nothing.textContent = query.length < 2 || found ? dialog.dataset.emptyLabel : dialog.dataset.searchingLabel;
    list.append(nothing);
  }
  select(list.querySelector("a[role=option]"));
}
async function search(query) {
  request?.abort();
  request = new AbortController();
  const url = `${dialog.dataset.palette}?${new URLSearchParams({ q: query, fragment: "palette" })}`;
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store", signal: request.signal });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    const found = document.createDocumentFragment();
    found.append(...page.body.childNodes);
    render(query, found);
  } catch (error) {
    if (error.name !== "AbortError") render(query, document.createDocumentFragment());
  }
}
function typed() {
  const query = input.value.trim();
  clearTimeout(timer);
  if (query.length < 2) {
    request?.abort();
    return render(query, null);
  }
  if (!list.querySelector("[role=group]")) render(query, null);
  timer = setTimeout(() => search(query), 100);
}
function move(step) {
  const all = options().filter((option) => option.href);
  if (all.length) select(all.at((all.indexOf(selected()) + step) % all.length));
}

input.addEventListener("input", typed);
input.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) move(step);
  else if (event.key === "Enter") selected()?.click();
  else return;
  event.preventDefault();
});
list.addEventListener("pointermove", (event) => {
  const option = event.target.closest("a[role=option]");
  if (option && option !== selected()) select(option);
});
list.addEventListener("click", () => setTimeout(() => dialog.close()));
dialog.addEventListener("dialog:open", () => {
  input.value = "";
  render("", null);
  input.focus();
});
