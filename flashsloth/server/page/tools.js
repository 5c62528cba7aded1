"use strict";
/* ---- elements, words, storage */
const $ = id => document.getElementById(id),
  field = $("question");
const on = (id, event, run) => $(id).addEventListener(event, run);
function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  // one by one: 100,000 would be too many arguments for one call
  for (const child of children.flat()) if (child) node.append(child);
  return node;
}
const number = value => Number(value).toLocaleString("en");
const across = (width, height) => `${number(width)} × ${number(height)}`;
const counted = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
const seconds = ms => (ms < 9950 ? `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s` : `${Math.round(ms / 1000)} s`);
const dotted = (...words) => words.filter(Boolean).join(" · ");
const size = bytes => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
/* Make control characters and direction marks visible, as they could hide or reorder text. */
const clean = text =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f]/g, c => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(
      /[\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu,
      "\ufffd",
    );
/* Return what `run` returns, or `otherwise` if it throws: storage may be forbidden or full. */
function attempt(run, otherwise) {
  try {
    return run();
  } catch {
    return otherwise;
  }
}
const stored = (storage, name, value) =>
  attempt(() => {
    storage().setItem(name, value);
    return true;
  }, false);
const tab = {
  get: name => attempt(() => sessionStorage.getItem(name), null),
  set: (name, value) => stored(() => sessionStorage, name, value),
  remove: name => attempt(() => sessionStorage.removeItem(name)),
};
const PREFERENCES = { theme: "", length: "512", temperature: "0", noted: "" };
const prefs = { ...PREFERENCES };
const remembered = attempt(() => JSON.parse(localStorage.getItem("flashsloth")), null) || {};
for (const name of Object.keys(PREFERENCES)) {
  const choices = $(name)?.options;
  if (typeof remembered[name] === "string" && (!choices || [...choices].some(each => each.value === remembered[name])))
    prefs[name] = remembered[name];
}
function keepPrefs() {
  document.documentElement.dataset.theme = prefs.theme;
  stored(() => localStorage, "flashsloth", JSON.stringify(prefs));
}
document.documentElement.dataset.theme = prefs.theme;
const touch = matchMedia("(pointer: coarse)").matches;
const pause = (ms, signal) =>
  new Promise((done, stop) => {
    setTimeout(done, ms);
    signal?.addEventListener("abort", () => stop(signal.reason));
  });

/* ---- the server and its model */
let model = null;
let watching = false;
function api(path, options = {}) {
  const headers = { ...options.headers, ...(options.body && { "Content-Type": "application/json" }) };
  if (tab.get("key")) headers.Authorization = `Bearer ${tab.get("key")}`;
  return fetch(path, { ...options, headers, credentials: "omit", cache: "no-store" });
}
async function loadModel() {
  let response;
  try {
    response = await api("v1/models");
    while (response.status === 401 && (await askKey())) response = await api("v1/models");
    if (!response.ok) return showModel("no access", "gone");
    model = (await response.json()).data[0];
    const health = await (await api("health")).json();
    showModel(null, health.status === "asleep" ? "asleep" : "");
  } catch {
    return watch();
  }
  const facts = model.flashsloth;
  $("note").lastElementChild.textContent = facts.note || "";
  $("note").hidden = !facts.note || prefs.noted === facts.note;
  draw();
}
function showModel(words, state) {
  const facts = model?.flashsloth;
  const how = facts
    ? `${(facts.quant !== "none" && facts.quant) || facts.dtype || ""}${facts.device ? ` on ${facts.device}` : ""}`
    : "";
  $("model").className = state;
  $("model").textContent =
    words || dotted(clean(model.id), how, state === "asleep" ? "asleep, opens with the next question" : "");
}
/* Wait until the server answers again. */
async function watch() {
  if (watching) return;
  watching = true;
  showModel("not answering", "gone");
  $("lost").hidden = false;
  for (let wait = 500; ; wait = Math.min(wait * 1.5, 5000)) {
    await pause(wait);
    try {
      if ((await fetch("health", { cache: "no-store" })).ok) break;
    } catch {}
  }
  watching = false;
  $("lost").hidden = true;
  say("The server is back.");
  await loadModel();
}
function askKey() {
  const dialog = $("keying"),
    refused = tab.get("key");
  tab.remove("key");
  $("key-text").textContent =
    `${refused ? "The key was refused. " : ""}It is one line of the server's key file, and is kept for this tab alone.`;
  $("key").value = "";
  if (!dialog.open) dialog.showModal();
  return new Promise(done => dialog.addEventListener("close", () => done(tab.get("key") !== null), { once: true }));
}
on("key-form", "submit", event => {
  event.preventDefault();
  tab.set("key", $("key").value.trim());
  $("key").value = "";
  $("keying").close();
});
