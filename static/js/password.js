// A new password: its strength as zxcvbn judges it, and the policy's rules as they are met. The server decides.
const WORDS = ["Very weak", "Weak", "Fair", "Strong", "Very strong"];
const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];
// Longer ones are strong enough, and slow to judge.
const LONGEST = 72;

let judge = null;
function load(url) {
  judge ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.zxcvbn);
    script.onerror = reject;
    document.head.append(script);
  });
  return judge;
}

function wordsOf(box, form) {
  const typed = box.dataset.others.split(" ").filter(Boolean).map((name) => form.elements[name]?.value || "");
  const parts = `${box.dataset.words} ${typed.join(" ")}`.toLowerCase().split(/[^\p{L}]+/u);
  return parts.filter((word) => word.length >= 4);
}

function showRules(box, value, words) {
  const met = {
    length: [...value].length >= Number(box.dataset.length),
    classes: CLASSES.filter((kind) => kind.test(value)).length >= Number(box.dataset.classes),
    similar: !words.some((word) => value.toLowerCase().includes(word)),
  };
  for (const rule of box.querySelectorAll("[data-rule]")) {
    if (!(rule.dataset.rule in met)) continue;
    const state = value === "" ? "" : met[rule.dataset.rule] ? "yes" : "no";
    rule.dataset.met = state;
    rule.querySelector("[data-rule-state]").textContent = { yes: ": met", no: ": not met yet", "": "" }[state];
  }
}

function showStrength(box, value, words, zxcvbn) {
  const area = box.querySelector("[data-strength]");
  area.hidden = value === "";
  if (area.hidden) return;
  const { score, crack_times_display: times, feedback } = zxcvbn(value.slice(0, LONGEST), [...words, "vouch"]);
  const time = `cracked in ${times.offline_slow_hashing_1e4_per_second}`;
  area.querySelector("meter").value = Math.max(score, 0.4);
  area.querySelector("meter").textContent = WORDS[score];
  area.querySelector("[data-strength-word]").textContent = WORDS[score];
  area.querySelector("[data-strength-time]").textContent = feedback.warning ? `${time}. ${feedback.warning}.` : time;
}

for (const box of document.querySelectorAll("[data-new-password]")) {
  const input = box.querySelector("input");
  let waiting = 0;
  const refresh = () => {
    const words = wordsOf(box, input.form);
    showRules(box, input.value, words);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      load(box.dataset.newPassword).then((zxcvbn) => showStrength(box, input.value, words, zxcvbn), () => {});
    }, 150);
  };
  input.addEventListener("focus", () => { load(box.dataset.newPassword).catch(() => {}); }, { once: true });
  input.form.addEventListener("input", refresh);
  if (input.value) refresh();
}
