/* ---- elements, words, storage */
export const $ = id => document.getElementById(id);
export const field = $("question");
export const on = (id, event, run) => $(id).addEventListener(event, run);
/* Make an element, as in el("p.small", { id: "a" }, "text", child). */
export function el(tag, ...children) {
  const [kind, ...classes] = tag.split("."),
    node = document.createElement(kind),
    props = children[0]?.constructor === Object ? children.shift() : {};
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  // one by one: 100,000 would be too many arguments for one call
  for (const child of children.flat()) if (child) node.append(child);
  return node;
}
export const number = value => Number(value).toLocaleString("en");
export const across = (width, height) => `${number(width)} × ${number(height)}`;
export const counted = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
export const seconds = ms => (ms < 9950 ? `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s` : `${Math.round(ms / 1000)} s`);
export const dotted = (...words) => words.filter(Boolean).join(" · ");
export const size = bytes =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
/* Make control characters and direction marks visible, as they could hide or reorder text. */
export const clean = text =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f]/g, c => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(
      /[\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu,
      "\ufffd",
    );
/* Return what `run` returns, or `otherwise` if it throws: storage may be forbidden or full. */
export function attempt(run, otherwise) {
  try {
    return run();
  } catch {
    return otherwise;
  }
}
export const tab = {
  get: name => attempt(() => sessionStorage.getItem(name), null),
  set: (name, value) => attempt(() => sessionStorage.setItem(name, value) === undefined, false), // whether it could
  remove: name => attempt(() => sessionStorage.removeItem(name)),
};
export const PREFERENCES = { theme: "", length: "512", temperature: "0", noted: "" };
export const prefs = { ...PREFERENCES };
const remembered = attempt(() => JSON.parse(localStorage.getItem("flashsloth")), null) || {};
for (const name of Object.keys(PREFERENCES)) {
  const choices = $(name)?.options;
  if (typeof remembered[name] === "string" && (!choices || [...choices].some(each => each.value === remembered[name])))
    prefs[name] = remembered[name];
}
export function keepPrefs() {
  document.documentElement.dataset.theme = prefs.theme;
  attempt(() => localStorage.setItem("flashsloth", JSON.stringify(prefs)));
}
document.documentElement.dataset.theme = prefs.theme;
export const touch = matchMedia("(pointer: coarse)").matches;
export const pause = (ms, signal) =>
  new Promise((done, stop) => {
    setTimeout(done, ms);
    signal?.addEventListener("abort", () => stop(signal.reason));
  });
export function complain(text) {
  $("problem").textContent = text;
}
export const button = (words, onclick, props) => el("button.quiet", { type: "button", onclick, ...props }, words);
/* For screen readers. */
export const say = text => $("live").append(el("p", text));
