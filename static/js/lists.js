// Lists: columns are put in order with buttons that stay under the finger and say where the column went.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sortable-list] [data-move]");
  if (!button) return;
  const item = button.closest("li");
  const beside = button.dataset.move === "-1" ? item.previousElementSibling : item.nextElementSibling;
  if (!beside) return;
  if (button.dataset.move === "-1") beside.before(item);
  else beside.after(item);
  button.focus();
  const items = [...item.parentElement.children];
  const name = item.querySelector("label").textContent.trim();
  const text = item.parentElement.dataset.moved || "{name}: {place} / {count}";
  document.getElementById("live").textContent = text
    .replace("{name}", name).replace("{place}", items.indexOf(item) + 1).replace("{count}", items.length);
});
