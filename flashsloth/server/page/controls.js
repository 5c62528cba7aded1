/* ---- what the user does */
import { edit, leave, submit } from "./asking.js";
import { drawComposer, drawEarlier, drawTurn, metaOf, notesOf } from "./drawing.js";
import { markdown } from "./markdown.js";
import { addFiles, isShown } from "./pictures.js";
import { toEnd } from "./scroll.js";
import { loadModel } from "./server.js";
import { blank, keep, last, now, pictures, redraw, restore } from "./state.js";
import { $, attempt, clean, complain, el, field, keepPrefs, on, PREFERENCES, prefs, touch } from "./tools.js";

function unedit() {
  now.editing = null;
  now.shelf = [];
  now.unread = [];
  field.value = "";
  now.turns.forEach(drawTurn);
  redraw();
  field.focus();
}
on("composer", "submit", event => {
  event.preventDefault();
  now.running ? now.running.abort() : submit();
});
on("question", "keydown", event => {
  // 229 is Enter that confirms an input method's text: in Safari isComposing is false by then
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && !event.target.value && now.turns.length && !now.running && !now.shelf.length) {
    event.preventDefault();
    edit(last());
  }
});
let drafting = 0;
on("question", "input", () => {
  drawComposer();
  clearTimeout(drafting);
  drafting = setTimeout(keep, 500);
});
addEventListener("keydown", event => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (now.running) now.running.abort();
  else if (now.editing) unedit();
});
on("unedit", "click", unedit);
/* ---- save */
function save() {
  const address = URL.createObjectURL(new Blob([asHtml()], { type: "text/html" }));
  el("a", { href: address, download: "conversation.html" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
function asHtml() {
  const page = document.implementation.createHTMLDocument(`A conversation with ${clean(now.model || "FlashSloth")}`);
  page.documentElement.lang = "en";
  const policy = el("meta", { content: "default-src 'none'; img-src data:; style-src 'unsafe-inline'" });
  policy.setAttribute("http-equiv", "Content-Security-Policy");
  page.head.prepend(
    el("meta", { charset: "utf-8" }),
    policy,
    el("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
  );
  const style = [
    "body{font:16px/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}",
    "h2{font-size:1.05rem;margin:2rem 0 .6rem;white-space:pre-wrap}",
    "p,li{white-space:pre-wrap}",
    "img{max-width:100%;max-height:34rem;border-radius:.6rem}",
    "pre{overflow-x:auto}",
    ".m{opacity:.7;font-size:.85rem}",
    "td,th{border:1px solid #999;padding:.2rem .5rem}",
    "table{border-collapse:collapse}",
  ].join("");
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  page.body.append(el("h1", page.title), el("p.m", date));
  for (const turn of now.turns) {
    page.body.append(
      el("h2", { dir: "auto" }, clean(turn.question)),
      ...turn.pictures.map(id => {
        const { url, name } = pictures.get(id);
        return isShown(pictures.get(id)) ? el("img", { src: url, alt: name }) : el("p.m", name);
      }),
      el("div", { dir: "auto" }, markdown(clean(turn.answer))),
      ...[...notesOf(turn), metaOf(turn)].map(text => el("p.m", text)),
    );
  }
  return `<!doctype html>\n${page.documentElement.outerHTML.replace("</head>", `<style>${style}</style></head>`)}\n`;
}
on("save", "click", save);

/* ---- the rest */
on("new", "click", () => leave(blank()));
on("earlier", "click", () => {
  $("conversations").showModal();
  drawEarlier();
});
on("together", "click", () => {
  now.together = true;
  redraw();
  field.focus();
});
const choices = document.querySelectorAll("#settings select");
for (const each of choices)
  each.addEventListener("change", () => {
    prefs[each.id] = each.value;
    keepPrefs();
  });
function showPrefs() {
  for (const each of choices) each.value = prefs[each.id];
}
on("settings-open", "click", () => {
  showPrefs();
  $("settings").showModal();
});
on("forget", "click", () => {
  Object.assign(prefs, PREFERENCES);
  keepPrefs();
  attempt(() => localStorage.removeItem("flashsloth"));
  showPrefs();
});
for (const button of document.querySelectorAll("[data-close]"))
  button.addEventListener("click", () => button.closest("dialog").close());
on("note-close", "click", () => {
  prefs.noted = $("note").lastElementChild.textContent;
  keepPrefs();
  $("note").hidden = true;
  field.focus();
});
/* ---- adding pictures */
for (const id of ["choose", "choose-big"]) on(id, "click", () => $("file").click());
for (const id of ["file", "photo"])
  on(id, "change", event => {
    const files = [...event.target.files];
    event.target.value = "";
    addFiles(files);
  });
addEventListener("paste", event => {
  const files = [...(event.clipboardData?.files || [])];
  if (files.length) {
    event.preventDefault();
    addFiles(files);
  }
});
const hasFiles = event =>
  [...(event.dataTransfer?.types || [])].some(type => type === "Files" || type === "text/uri-list");
for (const kind of ["dragenter", "dragover"])
  addEventListener(kind, event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    $("drop").hidden = false;
  });
addEventListener("dragleave", event => {
  if (!event.relatedTarget) $("drop").hidden = true; // it has left the window
});
addEventListener("drop", event => {
  $("drop").hidden = true;
  if (!hasFiles(event)) return;
  event.preventDefault();
  const files = [...event.dataTransfer.files];
  if (files.length) addFiles(files);
  else complain("Drop the file itself: this page fetches nothing from elsewhere.");
});
on("camera", "click", () => $("photo").click());

restore();
keep();
redraw();
toEnd();
loadModel();
if (!touch) field.focus();
