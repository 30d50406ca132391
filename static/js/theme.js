// Runs before the first paint, so that a chosen theme never flashes. The admin uses the same key and attribute.
(() => {
  const root = document.documentElement;
  const saved = () => { try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; } };
  root.dataset.theme = saved();
  addEventListener("storage", () => { root.dataset.theme = saved(); });
})();
