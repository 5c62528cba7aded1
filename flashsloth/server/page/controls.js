/* ---- asking */
function submit() {
  const question = field.value.trim();
  if (running || reading || !question) return;
  complain("");
  if (unread.length) return complain(`Nothing was sent: remove ${unread[0].picture} first.`);
  const fresh = begins();
  if (editing) {
    turns.pop();
    editing = null;
  }
  const turn = { question, pictures: shelf, answer: "", state: "sending", tokens: 0 };
  shelf = [];
  field.value = ""; // before setAside, which would keep it as a draft
  if (fresh) setAside();
  together = false;
  turns.push(turn);
  keep();
  answer(turn);
}
function edit(turn) {
  editing = turn;
  shelf = [...turn.pictures];
  field.value = turn.question;
  draw();
  field.focus();
}
function unedit() {
  editing = null;
  shelf = [];
  unread = [];
  field.value = "";
  turns.forEach(drawTurn);
  draw();
  field.focus();
}
on("composer", "submit", event => {
  event.preventDefault();
  running ? running.abort() : submit();
});
on("question", "keydown", event => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && !event.target.value && turns.length && !running && !shelf.length) {
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
  if (running) running.abort();
  else if (editing) unedit();
});
on("unedit", "click", unedit);
on("latest", "click", () => toEnd());
let scrolled = 0;
on("talk", "scroll", () => {
  // scroll along with the answer until the user scrolls up
  following = atEnd() || (following && talk.scrollTop >= scrolled);
  scrolled = talk.scrollTop;
  if (following) $("latest").hidden = true;
});

/* ---- copy and save */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // pages without https have no clipboard API
    const area = el("textarea", { value: text, class: "unseen" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = "Copy";
  }, 1500);
}
function save() {
  const address = URL.createObjectURL(new Blob([asHtml()], { type: "text/html" }));
  el("a", { href: address, download: "conversation.html" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
function asHtml() {
  const page = document.implementation.createHTMLDocument(`A conversation with ${clean(model?.id || "FlashSloth")}`);
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
  const now = new Date().toISOString().slice(0, 16).replace("T", " ");
  page.body.append(el("h1", {}, page.title), el("p", { class: "m" }, now));
  for (const turn of turns) {
    page.body.append(
      el("h2", { dir: "auto" }, clean(turn.question)),
      ...turn.pictures
        .map(id => pictures.get(id))
        .map(picture =>
          isShown(picture) ? el("img", { src: picture.url, alt: picture.name }) : el("p", { class: "m" }, picture.name),
        ),
    );
    const notes = [...(turn.warnings || []).map(text => `${clean(text)}.`), metaOf(turn)];
    page.body.append(
      el("div", { dir: "auto" }, markdown(clean(turn.answer))),
      ...notes.map(text => el("p", { class: "m" }, text)),
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
  together = true;
  draw();
  field.focus();
});
const CHOSEN = ["theme", "length", "temperature"];
for (const name of CHOSEN)
  on(name, "change", event => {
    prefs[name] = event.target.value;
    keepPrefs();
  });
const showPrefs = () =>
  CHOSEN.forEach(name => {
    $(name).value = prefs[name];
  });
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
addEventListener("beforeunload", event => {
  keep();
  if (unkept && turns.length) event.preventDefault();
});
restore();
$("kept").textContent = KEPT;
draw();
toEnd();
loadModel();
if (!touch) field.focus();
