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
  for (const child of children.flat()) if (child) node.append(child); // one by one: an answer may have 100,000
  return node;
}
const number = value => Number(value).toLocaleString("en");
const across = (width, height) => `${number(width)} × ${number(height)}`;
const counted = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
const seconds = ms => (ms < 9950 ? `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s` : `${Math.round(ms / 1000)} s`);
const size = bytes => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
/* control characters and marks of direction, which could hide or reorder text, become visible */
const clean = text =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f]/g, c => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(
      /[\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu,
      "\ufffd",
    );
const tab = {
  get(name) {
    try {
      return sessionStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      sessionStorage.setItem(name, value);
      return true;
    } catch {
      return false;
    }
  },
  remove(name) {
    try {
      sessionStorage.removeItem(name);
    } catch {}
  },
};
const PREFERENCES = { theme: "", length: "512", temperature: "0", noted: "" };
const prefs = { ...PREFERENCES };
try {
  const kept = JSON.parse(localStorage.getItem("flashsloth")) || {};
  for (const name of Object.keys(PREFERENCES)) {
    const choices = $(name)?.options;
    if (typeof kept[name] === "string" && (!choices || [...choices].some(each => each.value === kept[name])))
      prefs[name] = kept[name];
  }
} catch {}
function keepPrefs() {
  document.documentElement.dataset.theme = prefs.theme;
  try {
    localStorage.setItem("flashsloth", JSON.stringify(prefs));
  } catch {}
}
document.documentElement.dataset.theme = prefs.theme;
const touch = matchMedia("(pointer: coarse)").matches;
const pause = (ms, signal) =>
  new Promise((done, stop) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        stop(signal.reason);
      },
      { once: true },
    );
  });

/* ---- the server and its model */
let model = null;
let watching = false;
function api(path, options = {}) {
  const headers = { ...options.headers };
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
    words ||
    [clean(model.id), how, state === "asleep" ? "asleep, opens with the next question" : ""]
      .filter(Boolean)
      .join(" · ");
}
async function watch() {
  // until a server that is gone answers again
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

/* ---- pictures */
/* how files begin: that browsers may lack, and all that servers read */
const KEEP_BYTES = 3e6,
  UNSEEN = /^(II[*+]\0|MM\0[*+]|.{4}ftyp|%PDF-|BM|.{4}jP {2}|\ufffdO\ufffdQ|qoif|P[1-6]\s|\0\0.\0)/s,
  KNOWN = /^(\ufffd\ufffd|.PNG\r|GIF8|RIFF|.{4}ftyp|BM|[IM]{2}|.{4}jP {2}|\ufffdO|\0\0.\0)/s;
const pictures = new Map(); // id -> { id, name, width, height, bytes, url, sent }
const originals = new Map(); // id -> the file, until a reload; what is sent of a large one has fewer pixels
function complain(text) {
  $("problem").textContent = text;
}
const limitOf = () => Math.max(4 * (model?.flashsloth.picture?.side || 0), 1536);
const asData = blob =>
  new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
async function readPicture(file) {
  const name = clean(file.name || "picture"),
    address = URL.createObjectURL(file),
    image = new Image();
  const head = await file
    .slice(0, 16)
    .text()
    .catch(() => "");
  const picture = {
    id: crypto.getRandomValues(new Uint32Array(2)).join("-"),
    name,
    bytes: file.size,
    width: 0,
    height: 0,
    sent: null,
  };
  try {
    image.src = address;
    await image.decode();
    picture.width = image.naturalWidth;
    picture.height = image.naturalHeight;
    (await createImageBitmap(file, 0, 0, 1, 1)).close(); // fails for a file that is cut off
    const longest = Math.max(picture.width, picture.height),
      k = Math.round(longest / limitOf());
    if (!KNOWN.test(head)) throw new Error();
    if (k <= 1 || (file.size <= KEEP_BYTES && k <= 2)) picture.url = await asData(file);
    else {
      // to about 4 times what the model sees; JPEG would lose colours
      const canvas = await averaged(image, k);
      const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
      picture.url = await asData(blob);
      picture.sent = [canvas.width, canvas.height, blob.size];
    }
  } catch {
    if (picture.width || !UNSEEN.test(head)) {
      const reason = picture.width && !KNOWN.test(head) ? "save it as PNG first" : "it is damaged or not a picture";
      throw Object.assign(new Error(`${name} cannot be read: ${reason}.`), { picture: name });
    }
    picture.url = (await asData(file)).replace(/^data:[^,]*,/, "data:application/octet-stream;base64,");
  } finally {
    URL.revokeObjectURL(address);
  }
  return picture;
}
async function averaged(image, k) {
  // each pixel the mean of k x k: a browser's own scaling loses more
  const width = image.naturalWidth,
    height = image.naturalHeight,
    w = Math.ceil(width / k),
    h = Math.ceil(height / k),
    rows = Math.max(1, Math.ceil(64 / k));
  const canvas = el("canvas", { width: w, height: h }),
    strip = el("canvas", { width, height: rows * k });
  const pen = canvas.getContext("2d"),
    reader = strip.getContext("2d", { willReadFrequently: true });
  reader.fillStyle = "#fff";
  for (let top = 0; top < h; top += rows) {
    reader.fillRect(0, 0, width, rows * k);
    reader.drawImage(image, 0, -top * k);
    const from = reader.getImageData(0, 0, width, rows * k).data,
      made = pen.createImageData(w, Math.min(rows, h - top)),
      to = made.data;
    for (let y = 0; y < made.height; y++)
      for (let x = 0; x < w; x++) {
        const right = Math.min((x + 1) * k, width),
          below = Math.min((y + 1) * k, height - top * k),
          count = (right - x * k) * (below - y * k);
        let r = 0,
          g = 0,
          b = 0;
        for (let v = y * k; v < below; v++)
          for (let u = x * k, at = 4 * (v * width + u); u < right; u++, at += 4) {
            r += from[at];
            g += from[at + 1];
            b += from[at + 2];
          }
        const at = 4 * (y * w + x);
        to[at] = Math.round(r / count);
        to[at + 1] = Math.round(g / count);
        to[at + 2] = Math.round(b / count);
        to[at + 3] = 255;
      }
    pen.putImageData(made, 0, top);
    if (top % (8 * rows) === 0) await pause(0);
  }
  return canvas;
}
async function addFiles(files) {
  complain("");
  const limits = model?.flashsloth.limits || { images: 16, body_bytes: 64e6 };
  reading += 1;
  drawComposer();
  for (const file of files) {
    try {
      const picture = await readPicture(file);
      const used = inUse();
      if (used.length >= limits.images)
        throw new Error(
          `A conversation has at most ${counted(limits.images, "picture")}. Start a new one for ${picture.name}.`,
        );
      if (used.reduce((sum, id) => sum + pictures.get(id).url.length, picture.url.length) > 0.95 * limits.body_bytes)
        throw new Error(`${picture.name} is too large for this server beside the others.`);
      pictures.set(picture.id, picture);
      originals.set(picture.id, file);
      shelf.push(picture.id);
      chosen = picture.id;
      keep();
    } catch (error) {
      if (!error.picture) {
        complain(error.message);
        continue;
      }
      unread.push(error);
      say(error.message);
    }
  }
  reading -= 1;
  draw();
  if (!touch) field.focus();
}
function seenAs(picture) {
  // how large the model sees it
  const facts = model?.flashsloth.picture;
  if (!facts || !picture.width) return "";
  const scale = facts.side / Math.max(picture.width, picture.height);
  const [w, h] =
    facts.aspect === "pad"
      ? [picture.width, picture.height].map(v => Math.max(1, Math.round(v * scale)))
      : [facts.side, facts.side];
  return `the model sees ${across(w, h)}`;
}
function lostLetters(picture) {
  // where a picture becomes so much smaller that common letters are lost
  const facts = model?.flashsloth.picture,
    times = facts ? Math.max(picture.width, picture.height) / facts.side : 0;
  if (!times || times < facts.strong) return "";
  return `letters under ${number(Math.ceil(facts.letters * times))} pixels ${facts.measured ? "are not read reliably" : "cannot be read"}`;
}
const dimensions = picture => (picture.width ? across(picture.width, picture.height) : "size unknown");
function thumb(id, pressed) {
  const picture = pictures.get(id),
    props = {
      class: "thumb",
      type: "button",
      onclick: () => {
        chosen = id;
        drawStage();
      },
    };
  if (!picture) return el("span", { class: "thumb" }, "gone");
  if (pressed !== undefined) props["aria-pressed"] = String(pressed);
  return el(
    "button",
    { ...props, "aria-label": `Show ${picture.name}`, title: picture.name },
    picture.width ? el("img", { src: picture.url, alt: "" }) : picture.name.slice(0, 12),
  );
}

/* ---- Markdown as nodes: text never becomes HTML; links and pictures stay text */
/* every pattern takes time in proportion to the text */
const LIST = /^(\s*)([-*+]|\d{1,9}[.)])\s+([^]*)$/,
  QUOTE = /^\s{0,3}>\s?/,
  FENCE = /^\s{0,3}(`{3,}|~{3,})/,
  HEAD = /^(#{1,6})\s+([^]*)$/;
const RULE = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/,
  MARKS = /`+|\*+|_+|~~|\\[\\`*_{}[\]()#+\-.!|~>]/g;
const TAGS = { "**": "strong", __: "strong", "*": "em", _: "em", "~~": "s" };
const LONG_BLOCK = 6000,
  DEEP = 6;
const cellsOf = line =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map(cell => cell.trim());
const isTable = (line, next) =>
  line.includes("|") && next?.includes("-") && cellsOf(next).every(cell => /^:?-+:?$/.test(cell));
/* the mark that a run of them is */
const emphasis = run => (/^[*_]/.test(run) ? run[0].repeat(run.length === 1 ? 1 : 2) : run);
function closers(text) {
  // mark -> where it may end, last first
  const found = new Map(),
    add = (mark, at) => {
      if (!found.has(mark)) found.set(mark, []);
      found.get(mark).push(at);
    };
  for (const m of text.matchAll(/`+/g)) add(m[0], m.index);
  for (const m of text.matchAll(MARKS)) {
    const mark = emphasis(m[0]),
      end = m.index + m[0].length,
      single = mark === "*" || mark === "_";
    if (
      TAGS[mark] &&
      (single ? /[^\s*_]/ : /\S/).test(text[end - mark.length - 1] || " ") &&
      (mark === "~~" || !/\w/.test(text[end] || " "))
    )
      add(mark, end - mark.length);
  }
  for (const places of found.values()) places.reverse();
  return found;
}
function inline(node, text, depth = 0) {
  if (text.length > LONG_BLOCK || depth > DEEP) {
    node.append(text);
    return node;
  }
  const ends = closers(text),
    marks = new RegExp(MARKS);
  let from = 0;
  for (let m = marks.exec(text); m; m = marks.exec(text)) {
    const code = m[0][0] === "`",
      mark = emphasis(m[0]),
      begin = m.index + mark.length;
    let made = m[0][1] || "",
      next = marks.lastIndex;
    if (m[0][0] !== "\\") {
      if (
        !code &&
        ((mark !== "~~" && /\w/.test(text[m.index - 1] || " ")) ||
          (mark.length === 1 ? /[\s*_]/ : /\s/).test(text[begin] || " "))
      )
        continue;
      const places = ends.get(mark) || [];
      while (places.at(-1) <= begin) places.pop();
      if (!places.length) continue;
      const inside = text.slice(begin, places.at(-1));
      made = code ? el("code", {}, inside) : inline(el(TAGS[mark]), inside, depth + 1);
      next = places.at(-1) + mark.length;
    }
    node.append(...[text.slice(from, m.index), made].filter(Boolean));
    from = marks.lastIndex = next;
  }
  if (from < text.length) node.append(text.slice(from));
  return node;
}
function blocks(text) {
  // -> [kind, lines]
  const lines = text.split("\n"),
    found = [];
  const begins = line => FENCE.test(line) || HEAD.test(line) || QUOTE.test(line) || LIST.test(line) || RULE.test(line);
  for (let i = 0; i < lines.length; ) {
    const from = i,
      line = lines[i++];
    const until = test => {
      while (i < lines.length && test(lines[i])) i++;
    };
    let kind = "text";
    if (!line.trim()) continue;
    if (FENCE.test(line)) {
      const fence = line.match(FENCE)[1];
      until(each => !each.trim().startsWith(fence));
      i++;
      kind = "code";
    } else if (HEAD.test(line)) kind = "head";
    else if (RULE.test(line)) kind = "rule";
    else if (QUOTE.test(line)) {
      kind = "quote";
      until(each => QUOTE.test(each));
    } else if (LIST.test(line)) {
      kind = "list";
      const goesOn = line => LIST.test(line) || /^\s+\S/.test(line);
      until(each =>
        each.trim() ? goesOn(each) && (/^\s/.test(each) || !RULE.test(each)) : goesOn(lines[i + 1] || ""),
      );
    } else if (isTable(line, lines[i])) {
      kind = "table";
      until(each => each.includes("|"));
    } else until(each => each.trim() && !begins(each));
    found.push([kind, lines.slice(from, i)]);
  }
  return found;
}
const codeOf = lines =>
  lines
    .slice(1, lines.length > 1 && lines.at(-1).trim().startsWith(lines[0].match(FENCE)[1]) ? -1 : lines.length)
    .join("\n");
function block([kind, lines], depth) {
  const text = lines.join("\n");
  if (depth > DEEP) return el("p", {}, text);
  if (kind === "code") return el("pre", { tabIndex: 0 }, el("code", {}, codeOf(lines)));
  if (kind === "head") {
    const [, marks, words] = text.match(HEAD);
    let end = words.trimEnd().length;
    while (words[end - 1] === "#") end--;
    return inline(el(`h${Math.min(marks.length + 2, 5)}`), words.slice(0, end).trimEnd());
  }
  if (kind === "rule") return el("hr");
  if (kind === "quote")
    return el("blockquote", {}, markdown(lines.map(line => line.replace(QUOTE, "")).join("\n"), depth + 1));
  if (kind === "list") return list(lines, depth);
  if (kind === "table") {
    const row = (line, tag) =>
      el(
        "tr",
        {},
        cellsOf(line).map(cell => inline(el(tag), cell)),
      );
    return el(
      "div",
      { class: "table", tabIndex: 0 },
      el(
        "table",
        {},
        el("thead", {}, row(lines[0], "th")),
        el(
          "tbody",
          {},
          lines.slice(2).map(line => row(line, "td")),
        ),
      ),
    );
  }
  return inline(el("p"), text);
}
function list(lines, depth) {
  const [, indent, mark] = lines[0].match(LIST),
    ordered = /\d/.test(mark),
    items = [];
  for (const line of lines) {
    const m = line.match(LIST);
    if ((m && m[1].length < indent.length + 2) || !items.length) items.push([m ? m[3] : line]);
    else items.at(-1).push(line.replace(/^\s{1,4}/, ""));
  }
  const nodes = items.map(item =>
    el("li", {}, [...inline(el("li"), item[0]).childNodes], markdown(item.slice(1).join("\n"), depth + 1)),
  );
  return ordered ? el("ol", { start: parseInt(mark, 10) }, nodes) : el("ul", {}, nodes);
}
const markdown = (text, depth = 0) => blocks(text).map(each => block(each, depth));
function drawAnswer(view, text) {
  // only what has changed since the last time
  const found = blocks(clean(text));
  found.forEach((each, i) => {
    const key = each[0] + each[1].join("\n");
    if (view.keys[i] === key) return;
    const node = block(each, 0);
    if (view.answer.children[i]) view.answer.children[i].replaceWith(node);
    else view.answer.append(node);
    view.keys[i] = key;
  });
  while (view.answer.children.length > found.length) view.answer.lastChild.remove();
  view.keys.length = found.length;
}

/* ---- the conversation */
let turns = [],
  shelf = [],
  unread = [],
  chosen = null,
  forgotten = 0,
  editing = null,
  running = null,
  others = [], // conversations that were left: { turns, shelf, forgotten, draft }
  together = false,
  reading = 0,
  unkept = false;
const views = new Map(); // turn -> its nodes
const last = () => turns.at(-1);
/* whether the next question begins a conversation: the model was trained on one picture in each */
const begins = () => !together && !editing && shelf.length > 0 && turns.some(turn => turn.pictures.length);
const asked = () => (begins() ? [] : turns.filter(turn => turn !== editing).flatMap(turn => turn.pictures));
const inUse = () => [...asked(), ...shelf];
const KEPT = "Kept in this tab only: a reload keeps it, closing the tab forgets it.";
function keep() {
  // in this tab, for a reload
  let whole = true;
  const used = new Set(
    [{ turns, shelf }, ...others].flatMap(each => [...each.turns.flatMap(turn => turn.pictures), ...each.shelf]),
  );
  for (const id of pictures.keys()) {
    if (!used.has(id)) {
      pictures.delete(id);
      originals.delete(id);
      tab.remove(`picture ${id}`);
    } else if (tab.get(`picture ${id}`) === null)
      whole = tab.set(`picture ${id}`, JSON.stringify(pictures.get(id))) && whole;
  }
  const next = editing ? { shelf: [], draft: "" } : { shelf, draft: field.value }; // a reload ends the editing
  whole = tab.set("talk", JSON.stringify({ turns, chosen, forgotten, others, ...next })) && whole;
  unkept = !whole;
  $("kept").textContent = whole
    ? KEPT
    : "These pictures are too large to survive a reload: it would forget this conversation.";
}
/* what was kept is checked: another program may have served this address before */
const textOf = (value, otherwise = "") => (typeof value === "string" ? value : otherwise);
const countOf = value => (Number.isFinite(value) && value > 0 ? value : 0);
function keptPicture(id) {
  const { name, bytes, width, height, url, sent } = JSON.parse(tab.get(`picture ${id}`)) || {};
  if (!/^data:[\w./+-]*;base64,[\w+/=]+$/.test(textOf(url))) return;
  pictures.set(id, {
    id,
    name: textOf(name, "picture"),
    bytes: countOf(bytes),
    width: countOf(width),
    height: countOf(height),
    url,
    sent: Array.isArray(sent) ? sent.map(countOf) : null,
  });
}
function keptIds(ids) {
  const found = (Array.isArray(ids) ? ids : []).filter(id => typeof id === "string");
  for (const id of found)
    try {
      keptPicture(id);
    } catch {}
  return found.filter(id => pictures.has(id));
}
function keptTurn(kept) {
  const texts = (from, ...names) => Object.fromEntries(names.map(name => [name, textOf(from[name])])),
    { error } = kept;
  const turn = { ...texts(kept, "question", "answer", "model", "reason"), pictures: keptIds(kept.pictures) };
  for (const name of ["tokens", "first", "speed", "temperature", "context"]) turn[name] = countOf(kept[name]);
  turn.state = ["done", "failed"].includes(kept.state) ? kept.state : "stopped";
  turn.error = error ? { ...texts(error, "message", "hint", "code", "picture") } : null;
  return turn;
}
const objects = list => (Array.isArray(list) ? list : []).filter(each => each && typeof each === "object");
function keptTalk(talk) {
  const kept = objects(talk.turns).map(keptTurn);
  return {
    turns: kept,
    shelf: keptIds(talk.shelf),
    forgotten: Math.min(Math.floor(countOf(talk.forgotten)), kept.length),
    draft: textOf(talk.draft),
  };
}
function restore() {
  try {
    const talk = JSON.parse(tab.get("talk")) || {},
      rest = objects(talk.others).map(keptTalk);
    enter(keptTalk(talk));
    chosen = textOf(talk.chosen, null);
    others = rest;
  } catch {
    enter(blank());
  }
}
const blank = () => ({ turns: [], shelf: [], forgotten: 0, draft: "" });
function enter(talk) {
  ({ turns, shelf, forgotten } = talk);
  field.value = talk.draft;
  together = false;
}
function setAside() {
  // this conversation stays in the list
  const rest = editing ? { shelf: [], draft: "" } : { shelf, draft: field.value };
  if (turns.length || rest.shelf.length) others.push({ turns, forgotten, ...rest });
  enter(blank());
}
function leave(talk) {
  running?.abort();
  setAside();
  editing = null;
  unread = [];
  enter(talk);
  $("live").replaceChildren();
  complain("");
  keep();
  draw();
  toEnd();
  field.focus();
}
function messages(until, more) {
  // pictures of turns that are left out go with the next question
  const sent = [],
    places = new Map(); // where a picture is, as the server names it -> its id
  let carried = [];
  turns.slice(0, until + 1).forEach((turn, i) => {
    carried.push(...turn.pictures);
    if (i < until && (i < forgotten || !turn.answer)) return;
    const parts = carried.map(id => ({ type: "image_url", image_url: { url: pictures.get(id).url } }));
    for (const [n, id] of carried.entries()) places.set(`messages[${sent.length}].content[${n + 1}]`, id);
    carried = [];
    sent.push({
      role: "user",
      content: parts.length ? [{ type: "text", text: turn.question }, ...parts] : turn.question,
    });
    if (i < until || more) sent.push({ role: "assistant", content: turn.answer });
  });
  return [sent, places];
}
const STAGES = {
  opening: () => "Opening the model, which was asleep",
  pictures: turn =>
    turn.pictures.length ? `Reading the ${turn.pictures.length > 1 ? "pictures" : "picture"}` : "Reading the question",
  prompt: () => "Reading the question",
  answer: () => "Writing",
};
function stageWords(turn, { stage, place }) {
  if (stage === "queued") return place > 1 ? `Waiting: number ${place} in the queue` : "Waiting: next in the queue";
  return STAGES[stage] ? STAGES[stage](turn) : stage;
}
async function answer(turn, { again = false, more = false } = {}) {
  const stop = new AbortController(),
    before = { ...turn };
  running = stop;
  const temperature = again ? Math.max(0.7, +prefs.temperature) : +prefs.temperature;
  Object.assign(turn, {
    state: "sending",
    stage: turn.pictures.length ? "Sending the picture" : "Sending the question",
    error: null,
    reason: null,
    temperature,
  });
  if (!more) Object.assign(turn, { answer: "", tokens: 0, first: null, speed: null, model: model ? model.id : "" });
  spoken = turn.answer.length;
  $("live").replaceChildren();
  draw();
  toEnd();
  const [sent, places] = messages(turns.indexOf(turn), more),
    body = {
      messages: sent,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: +prefs.length,
      temperature,
    };
  if (temperature) body.seed = crypto.getRandomValues(new Uint32Array(1))[0];
  if (more) body.continue_final_message = true;
  const options = {
    method: "POST",
    body: JSON.stringify(body),
    signal: stop.signal,
    headers: { "Content-Type": "application/json", "X-FlashSloth-Progress": "1" },
  };
  try {
    for (let attempt = 0; ; attempt++) {
      const began = performance.now();
      const response = await api("v1/chat/completions", options);
      if (response.status === 401 && (await askKey())) continue;
      if ((response.status === 429 || response.headers.has("retry-after")) && attempt < 20) {
        const until =
          Date.now() + 1000 * Math.max(+response.headers.get("retry-after") || 1, Math.min(2 ** attempt, 15));
        const secondsLeft = () => Math.ceil((until - Date.now()) / 1000);
        for (let left = secondsLeft(); left > 0; left = secondsLeft()) {
          setStage(turn, `The server is busy. Asking again in ${counted(left, "second")}`);
          await pause(Math.min(1000, until - Date.now()), stop.signal);
        }
        continue;
      }
      if (!response.ok) throw await problemOf(response);
      await receive(response, turn, began);
      break;
    }
  } catch (error) {
    if (stop.signal.aborted) turn.state = "stopped";
    else {
      turn.state = "failed";
      turn.error = error.problem
        ? plain(error.problem, places)
        : { message: turn.answer ? "The connection ended before the answer did." : "The server does not answer." };
      if (!error.problem) watch();
      say(turn.error.message);
    }
    if (again && !turn.answer) Object.assign(turn, before, { error: turn.error }); // keep the answer of before
  }
  running = null;
  clearTimeout(telling.timer);
  telling = {};
  speak(turn, true);
  if (turn.state === "done" && $("model").className === "asleep") showModel(null, "");
  keep();
  draw();
  if (!touch && (document.activeElement === document.body || document.activeElement === $("send"))) field.focus();
}
async function problemOf(response) {
  let problem = { message: `The server answered with status ${response.status}.` };
  try {
    problem = (await response.json()).error || problem;
  } catch {}
  return failed(problem);
}
const failed = problem => Object.assign(new Error(problem.message), { problem });
const PLACE = /messages\[\d+\](\.content\[\d+\])?/,
  FOR_PROGRAMS = /(^|\s)--?\w|`|\bflashsloth \w|docs\/|pip |messages\[|Bearer|data: URL|^Send /;
const HINTS = {
  image_too_large: "Scale it down first.",
  image_format_unsupported: "Save it as PNG or JPEG first.",
  out_of_memory: "Ask about fewer or smaller pictures, or later.",
  key_refused: "Ask again, and enter it.",
};
function plain({ message, hint, code }, places) {
  // an error of the server for someone who asks on the page
  message = textOf(message, "The server failed").replace(`. ${hint}`, "");
  const place = message.match(PLACE)?.[0],
    picture = places.get(place),
    name = pictures.get(picture)?.name;
  if (place)
    message = message.replaceAll(place, () => name || "this question").replace("cannot be decoded", "cannot be read");
  message = message.replace("reading it needs an optional package", "this server cannot read it");
  hint = FOR_PROGRAMS.test(hint) ? HINTS[code] || "" : textOf(hint);
  return { message, hint, code: textOf(code), picture };
}
async function receive(response, turn, began) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(),
    tokens = turn.tokens;
  let rest = "",
    pieces = 0,
    whole = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      if (event.startsWith(": flashsloth ")) {
        const stage = JSON.parse(event.slice(13));
        if (stage.stage === "done")
          turn.speed =
            turn.tokens - tokens > 1 && stage.decode_ms ? ((turn.tokens - tokens - 1) / stage.decode_ms) * 1000 : null;
        else setStage(turn, stageWords(turn, stage));
        continue;
      }
      if (!event.startsWith("data: ")) continue;
      if (event === "data: [DONE]") {
        whole = true;
        continue;
      }
      const part = JSON.parse(event.slice(6));
      if (part.error) throw failed(part.error);
      const [choice] = part.choices,
        text = choice?.delta.content;
      if (text) {
        if (!pieces++) Object.assign(turn, { state: "answering", first: performance.now() - began });
        turn.answer += text;
        turn.tokens = tokens + pieces;
        turn.speed = null;
        show(turn);
      }
      if (choice?.finish_reason) turn.reason = choice.finish_reason;
      if (part.usage) {
        turn.tokens = tokens + part.usage.completion_tokens;
        turn.context = part.usage.total_tokens;
      }
    }
  }
  if (!whole) throw new TypeError("the stream ended early");
  turn.state = "done";
}
let willDraw = false;
function show(turn) {
  // at most once a frame
  if (willDraw) return;
  willDraw = true;
  requestAnimationFrame(() => {
    willDraw = false;
    const view = views.get(turn);
    if (!view) return;
    view.state.hidden = true;
    drawAnswer(view, turn.answer);
    speak(turn, false);
    if (following) toEnd();
    else $("latest").hidden = false;
  });
}
function setStage(turn, words) {
  turn.stage = words;
  const kind = words.split(/[:.]/)[0];
  if (kind !== telling.kind) {
    // each kind once, and only if it lasts
    clearTimeout(telling.timer);
    telling = {
      kind,
      timer: setTimeout(() => {
        if (turn.state === "sending") say(turn.stage);
      }, 1000),
    };
  }
  const view = views.get(turn);
  if (view) {
    view.state.textContent = words;
    view.state.hidden = false;
  }
}

/* ---- for screen readers: whole sentences, once */
let spoken = 0,
  telling = {};
const say = text => $("live").append(el("p", {}, text));
function speak(turn, all) {
  let end = turn.answer.length;
  if (!all) {
    const ends = [...turn.answer.slice(spoken).matchAll(/[.!?…:]["')\]*_]*\s|[。！？]|\n/g)].at(-1);
    end = ends ? spoken + ends.index + ends[0].length : spoken;
  }
  const words = clean(turn.answer.slice(spoken, end))
    .replace(/[*_`#>|~]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  spoken = Math.max(spoken, end);
  if (words) say(words);
}

/* ---- drawing */
const talk = $("talk");
const atEnd = () => talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60;
let following = true;
function toEnd() {
  following = true;
  talk.scrollTop = talk.scrollHeight;
  $("latest").hidden = true;
}
const sizes = new ResizeObserver(() => {
  if (following) toEnd();
});
for (const id of ["talk", "turns"]) sizes.observe($(id));
const thumbsOf = turn => turn.pictures.map(id => thumb(id));
function viewOf(turn) {
  if (views.has(turn)) return views.get(turn);
  const view = {
    keys: [],
    thumbs: el("div", { class: "shelf" }),
    question: el("h2", { dir: "auto" }, clean(turn.question)),
    answer: el("div", { class: "answer", dir: "auto" }),
    state: el("p", { class: "state" }),
    error: el("div", { class: "error" }),
    meta: el("p", { class: "meta" }),
    maps: el("div", { class: "maps" }),
    actions: el("div", { class: "actions" }),
  };
  view.thumbs.append(...thumbsOf(turn));
  view.node = el(
    "li",
    { class: "turn" },
    el("div", { class: "ask" }, view.thumbs, view.question),
    view.answer,
    view.state,
    view.error,
    view.meta,
    view.actions,
    view.maps,
  );
  views.set(turn, view);
  return view;
}
function metaOf(turn) {
  const ends = { stopped: "stopped by you", failed: turn.answer ? "ended early" : "" };
  return [
    clean(turn.model || ""),
    turn.tokens ? `${turn.state === "done" ? "" : "about "}${counted(turn.tokens, "token")}` : "",
    turn.first ? `first after ${seconds(turn.first)}` : "",
    turn.speed ? `${turn.speed < 10 ? turn.speed.toFixed(1) : Math.round(turn.speed)} tokens/s` : "",
    turn.temperature ? `temperature ${turn.temperature}` : "",
    ends[turn.state] || (turn.reason === "length" ? "cut at the longest length" : ""),
  ]
    .filter(Boolean)
    .join(" · ");
}
function drawTurn(turn, index) {
  const view = viewOf(turn),
    busy = ["sending", "answering"].includes(turn.state),
    isLast = turn === last();
  const marks = { last: isLast, edited: turn === editing, forgotten: index < forgotten };
  view.node.className = ["turn", ...Object.keys(marks).filter(name => marks[name])].join(" ");
  view.answer.setAttribute("aria-busy", String(busy));
  drawAnswer(view, turn.answer);
  view.state.hidden = !(busy && turn.state === "sending");
  view.state.textContent = turn.stage || "";
  view.meta.textContent = busy ? "" : (index < forgotten ? "no longer seen by the model · " : "") + metaOf(turn);
  view.error.hidden = !turn.error || busy;
  view.error.replaceChildren();
  if (turn.error) {
    const { message, hint, code, picture } = turn.error,
      text = clean(message),
      name = pictures.get(picture)?.name;
    view.error.append(
      el(
        "p",
        {},
        (name && text.startsWith(name) ? text : text.charAt(0).toUpperCase() + text.slice(1)) +
          (/[.!?]$/.test(text) ? "" : "."),
      ),
      el("p", { class: "small" }, clean(hint || "")),
    );
    if (name && isLast && !running)
      view.error.append(
        action(
          `Remove ${short(name)} and ask again`,
          () => {
            leaveOut(picture);
            answer(turn);
          },
          "button",
        ),
      );
    if (/^context_/.test(code) && isLast && index > forgotten)
      view.error.append(
        action(
          "Forget the oldest turns and ask again",
          () => {
            forgotten += Math.ceil((index - forgotten) / 2);
            answer(turn);
          },
          "button",
        ),
      );
  }
  view.actions.replaceChildren();
  if (busy) {
    view.maps.replaceChildren();
    return;
  }
  if (turn.answer) view.actions.append(action("Copy", event => copy(clean(turn.answer), event.target)));
  if (turn.answer && turns.slice(0, index + 1).some(each => each.pictures.length))
    view.actions.append(
      action(
        "Where it looked",
        () => explain(turn),
        "quiet",
        "Show which parts of the picture it read for this answer",
      ),
    );
  if (!isLast || running) return;
  view.actions.append(
    action(
      turn.answer ? "Retry" : "Ask again",
      () => answer(turn, { again: Boolean(turn.answer) }),
      "quiet",
      turn.answer ? "Answer again, more freely: with a temperature of at least 0.7" : "",
    ),
  );
  view.actions.append(action("Edit", () => edit(turn), "quiet", "Change the question"));
  if (turn.answer && (turn.state !== "done" || turn.reason === "length"))
    view.actions.append(
      action("Continue", () => answer(turn, { more: true }), "quiet", "Go on where the answer ended"),
    );
}
function leaveOut(picture) {
  for (const turn of turns)
    if (turn.pictures.includes(picture)) {
      turn.pictures = turn.pictures.filter(id => id !== picture);
      viewOf(turn).thumbs.replaceChildren(...thumbsOf(turn));
    }
}

/* ---- where the model looked: the same colors and scale as in a file of `flashsloth explain` */
const CIVIDIS = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];
const BRIGHTEST = 6, // times chance
  MAP_SIDE = 480;
function shade(value) {
  const at = Math.min(value / BRIGHTEST, 1) * (CIVIDIS.length - 1),
    low = Math.min(Math.floor(at), CIVIDIS.length - 2);
  return `rgb(${CIVIDIS[low].map((c, i) => Math.round(c + (CIVIDIS[low + 1][i] - c) * (at - low))).join(" ")})`;
}
async function drawMap(picture, rows) {
  const image = new Image();
  if (picture.width) {
    image.src = picture.url;
    await image.decode();
  }
  const [wide, high] = picture.width ? [image.naturalWidth, image.naturalHeight] : [1, 1],
    scale = MAP_SIDE / Math.max(wide, high),
    width = Math.max(1, Math.round(wide * scale)),
    height = Math.max(1, Math.round(high * scale));
  const canvas = el("canvas", { width, height, role: "img", "aria-label": `Where it looked in ${picture.name}` }),
    pen = canvas.getContext("2d");
  pen.filter = "grayscale(1)";
  if (picture.width) pen.drawImage(image, 0, 0, width, height);
  pen.filter = "none";
  pen.globalAlpha = 0.7;
  const edge = (i, count, length) => Math.round((i * length) / count);
  rows.forEach((row, y) => {
    const top = edge(y, rows.length, height);
    row.forEach((value, x) => {
      const left = edge(x, row.length, width);
      pen.fillStyle = shade(value);
      pen.fillRect(left, top, edge(x + 1, row.length, width) - left, edge(y + 1, rows.length, height) - top);
    });
  });
  return canvas;
}
async function explain(turn) {
  // a second click removes the maps
  const { maps } = viewOf(turn);
  if (maps.childElementCount) return maps.replaceChildren();
  const waiting = el("p", { class: "small muted" }, "Computing where it looked …"),
    [sent, places] = messages(turns.indexOf(turn), false);
  maps.replaceChildren(waiting);
  try {
    const response = await api("v1/chat/explanations", {
      method: "POST",
      body: JSON.stringify({ messages: sent }),
      headers: { "Content-Type": "application/json" },
    });
    if (response.status === 401 && (await askKey())) {
      maps.replaceChildren();
      return explain(turn);
    }
    if (!response.ok) throw await problemOf(response);
    const found = await response.json(),
      ids = [...places.values()];
    const drawn = await Promise.all(found.pictures.map((each, i) => drawMap(pictures.get(ids[i]), each.looked)));
    if (maps.firstChild !== waiting) return; // asked again, or removed meanwhile
    const words = `Before it answered, ${Math.round(found.share * 100)}% of its attention went to the picture: dark little, bright ${BRIGHTEST} times chance or more. Attention is not a reason.`;
    maps.replaceChildren(...drawn, el("p", { class: "small muted" }, words));
    say("The map of where it looked is shown.");
  } catch (error) {
    const problem = error.problem ? plain(error.problem, places).message : "The server does not answer.";
    maps.replaceChildren(el("p", { class: "wrong small", role: "alert" }, clean(problem)));
  }
  if (following) toEnd();
}
const short = name => (name.length > 28 ? `${name.slice(0, 24)}…` : name);
const remover = (run, name, words = "✕") =>
  el(
    "button",
    {
      type: "button",
      class: words === "✕" ? "quiet" : "",
      title: `Remove ${name}`,
      "aria-label": `Remove ${name}`,
      onclick: run,
    },
    words,
  );
const action = (words, run, className = "quiet", title = "") =>
  el("button", { type: "button", className, title, onclick: run }, words);
function draw() {
  const list = $("turns");
  turns.forEach((turn, i) => {
    if (i >= turns.length - 2 || !views.has(turn) || turn === editing) drawTurn(turn, i);
  });
  if (drawnForgotten !== forgotten) {
    drawnForgotten = forgotten;
    turns.forEach(drawTurn);
  }
  for (const [turn, view] of views)
    if (!turns.includes(turn)) {
      view.node.remove();
      views.delete(turn);
    }
  turns.forEach((turn, i) => {
    const { node } = views.get(turn);
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] || null);
  });
  document.querySelector("main").classList.toggle("fresh", !turns.length);
  $("earlier").hidden = !others.length;
  $("earlier").replaceChildren(
    el("option", {}, "Earlier"),
    ...others.map(each => el("option", {}, short(each.turns[0]?.question || pictures.get(each.shelf[0])?.name || ""))),
  );
  $("new").disabled = !turns.length && !shelf.length && !unread.length;
  $("save").disabled = !turns.length;
  const context = model?.flashsloth.context,
    used = last()?.context;
  $("room").textContent = context && used ? `${number(used)} of ${number(context)} tokens` : "";
  drawStage();
  drawComposer();
  if (following) toEnd();
}
let drawnForgotten = 0;
function drawStage() {
  const all = inUse();
  if (!all.includes(chosen)) chosen = all.at(-1) || null;
  const picture = pictures.get(chosen),
    figure = document.querySelector("figure");
  $("stage").className = picture ? "" : "none";
  $("empty").hidden = Boolean(picture);
  figure.hidden = !picture;
  if (!picture) return figure.replaceChildren();
  const tokens = model?.flashsloth.picture?.tokens,
    seen = seenAs(picture);
  const parts = [
    dimensions(picture),
    size(picture.bytes),
    picture.sent ? `sent as ${across(...picture.sent)}, ${size(picture.sent[2])}` : "",
    seen && seen + (tokens ? ` in ${counted(tokens, "token")}` : ""),
  ];
  const shown = figure.querySelector("img");
  const image =
    shown && shown.src === picture.url
      ? shown
      : picture.width
        ? el("img", { src: picture.url, alt: picture.name })
        : el("p", { class: "blank muted" }, "This browser cannot show it; the server may read it.");
  const lost = lostLetters(picture),
    title = "Ask about a part of the picture, which the model then sees larger";
  figure.replaceChildren(
    image,
    el(
      "figcaption",
      {},
      picture.width && !running ? action("Crop", () => chooseArea(picture), "quiet", title) : "",
      el("b", {}, picture.name),
      " ",
      parts.filter(Boolean).join(" · "),
      lost && el("span", {}, " ", el("span", { class: "chip" }, lost)),
    ),
  );
  if (all.length > 1)
    figure.append(
      el(
        "div",
        { class: "shelf", role: "group", "aria-label": "Pictures of this conversation" },
        ...all.map(id => thumb(id, id === chosen)),
      ),
    );
}
function drawComposer() {
  $("shelf").replaceChildren(
    ...shelf.map(id => {
      const picture = pictures.get(id);
      const remove = () => {
        shelf = shelf.filter(each => each !== id);
        keep();
        draw();
        field.focus();
      };
      return el(
        "li",
        {},
        thumb(id),
        el(
          "span",
          {},
          short(picture.name),
          el("br"),
          [dimensions(picture), seenAs(picture)].filter(Boolean).join(", "),
        ),
        remover(remove, picture.name),
      );
    }),
  );
  for (const each of unread)
    $("shelf").append(
      el(
        "li",
        { class: "wrong" },
        el("span", {}, each.message),
        remover(
          () => {
            unread = unread.filter(other => other !== each);
            complain("");
            draw();
            field.focus();
          },
          each.picture,
          "Remove",
        ),
      ),
    );
  if (reading) $("shelf").append(el("li", { class: "state" }, "Reading the picture"));
  $("send").textContent = running ? "Stop" : editing ? "Ask again" : "Ask";
  $("send").disabled = !running && (!field.value.trim() || reading > 0);
  $("unedit").hidden = !editing;
  field.placeholder = shelf.length + turns.length ? "Ask about the picture" : "Ask, or drop a picture first";
  const ideas = !turns.length && shelf.length > 0 && !field.value;
  $("ideas").hidden = !ideas;
  const count = inUse().length;
  $("begins").hidden = !begins();
  $("several").hidden = count < 2 || !shelf.length;
  $("several").textContent = `The model was trained on one picture a conversation; with ${count} expect worse answers.`;
}
for (const idea of ["What is this?", "Describe the picture.", "What does it say?"])
  $("ideas").append(
    action(
      idea,
      () => {
        field.value = idea;
        submit();
      },
      "",
    ),
  );

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
  if (fresh) setAside();
  together = false;
  turns.push(turn);
  field.value = "";
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
  following = atEnd() || (following && talk.scrollTop >= scrolled); // else the user has scrolled up
  scrolled = talk.scrollTop;
  if (following) $("latest").hidden = true;
});

/* ---- pictures come in */
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
let depth = 0;
const hasFiles = event =>
  [...(event.dataTransfer?.types || [])].some(type => type === "Files" || type === "text/uri-list");
addEventListener("dragenter", event => {
  if (hasFiles(event)) {
    event.preventDefault();
    depth += 1;
    $("drop").hidden = false;
  }
});
addEventListener("dragover", event => {
  if (hasFiles(event)) event.preventDefault();
});
addEventListener("dragleave", event => {
  if (hasFiles(event) && --depth <= 0) {
    depth = 0;
    $("drop").hidden = true;
  }
});
addEventListener("drop", event => {
  depth = 0;
  $("drop").hidden = true;
  if (!hasFiles(event)) return;
  event.preventDefault();
  const files = [...event.dataTransfer.files];
  if (files.length) addFiles(files);
  else complain("Drop the file itself: this page fetches nothing from elsewhere.");
});
$("camera").hidden = !touch && !navigator.mediaDevices?.getUserMedia;
on("camera", "click", async () => {
  if (touch) return $("photo").click();
  try {
    $("video").srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 } } });
    $("shooting").showModal();
  } catch {
    complain("No camera can be used here.");
  }
});
on("shoot", "click", () => {
  const video = $("video"),
    canvas = el("canvas", { width: video.videoWidth, height: video.videoHeight });
  if (!canvas.width) return;
  canvas.getContext("2d").drawImage(video, 0, 0);
  canvas.toBlob(blob => addFiles([new File([blob], "photo.jpg", { type: "image/jpeg" })]), "image/jpeg", 0.95);
  $("shooting").close();
});
on("shooting", "close", () => {
  for (const track of $("video").srcObject?.getTracks() || []) track.stop();
  $("video").srcObject = null;
});

/* ---- a part of a picture */
const whole = $("uncropped");
let area = null, // in pixels of the whole: { x, y, w, h }
  cropped = "", // the id of the picture
  corner = null; // where dragging began
function setArea(x, y, w, h) {
  const within = (value, least, most) => Math.min(Math.max(Math.round(value) || 0, least), most),
    [width, height] = [whole.naturalWidth, whole.naturalHeight];
  area = { x: within(x, 0, width - 1), y: within(y, 0, height - 1) };
  area.w = within(w, 1, width - area.x);
  area.h = within(h, 1, height - area.y);
  for (const [name, value] of Object.entries(area)) $(`part-${name}`).value = value;
  const sides = { left: area.x / width, top: area.y / height, width: area.w / width, height: area.h / height };
  for (const [name, share] of Object.entries(sides)) $("part").style[name] = `${100 * share}%`;
  $("crop").disabled = area.w === width && area.h === height;
}
async function chooseArea(picture) {
  const file = originals.get(picture.id);
  whole.src = file ? URL.createObjectURL(file) : picture.url;
  try {
    await whole.decode();
  } catch {
    return complain(`${picture.name} cannot be read any more.`);
  }
  cropped = picture.id;
  if (!$("cropping").open) $("cropping").showModal();
  setArea(0, 0, whole.naturalWidth, whole.naturalHeight);
}
function pixelAt(event) {
  const { left, top, width, height } = whole.getBoundingClientRect(),
    share = (value, side) => Math.min(Math.max(value / side, 0), 1);
  return [
    Math.round(share(event.clientX - left, width) * whole.naturalWidth),
    Math.round(share(event.clientY - top, height) * whole.naturalHeight),
  ];
}
on("whole", "pointerdown", event => {
  if (event.button) return;
  event.preventDefault();
  $("whole").setPointerCapture(event.pointerId);
  corner = pixelAt(event);
});
on("whole", "pointermove", event => {
  if (!corner) return;
  const [x, y] = pixelAt(event);
  setArea(Math.min(x, corner[0]), Math.min(y, corner[1]), Math.abs(x - corner[0]), Math.abs(y - corner[1]));
});
for (const end of ["pointerup", "pointercancel"])
  on("whole", end, () => {
    corner = null;
  });
for (const name of ["x", "y", "w", "h"])
  on(`part-${name}`, "change", event => {
    const { x, y, w, h } = { ...area, [name]: +event.target.value };
    setArea(x, y, w, h);
  });
on("crop", "click", async () => {
  const { x, y, w, h } = area,
    canvas = el("canvas", { width: w, height: h }),
    pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, w, h);
  pen.drawImage(whole, x, y, w, h, 0, 0, w, h);
  const blob = await new Promise(done => canvas.toBlob(done, "image/png")),
    id = cropped,
    name = pictures.get(id)?.name || "picture",
    count = shelf.length;
  $("cropping").close();
  if (!blob) return complain(`That part of ${name} is too large for this browser.`);
  await addFiles([new File([blob], `part of ${name.replace(/^part of /, "")}`, { type: "image/png" })]);
  if (shelf.length === count || !shelf.includes(id)) return;
  shelf = shelf.filter(each => each !== id); // the whole, which was not sent yet
  keep();
  draw();
});
on("cropping", "close", () => {
  if (whole.src.startsWith("blob:")) URL.revokeObjectURL(whole.src);
  whole.removeAttribute("src");
});

/* ---- copy and save */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // without https another way is left
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
function save(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  $("saving").hidePopover();
}
const picturesOf = turn => turn.pictures.map(id => pictures.get(id));
const stamp = () => new Date().toISOString().slice(0, 16).replace("T", " ");
/* saved Markdown has no HTML, links and pictures: they are text elsewhere too. Code stays where every reader takes it for
   code: in a fence of its own, or between backticks that each line has in pairs */
const inert = text =>
  text
    .replace(/&(?=#?\w+;)/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/\](?=[(:])/g, "&#93;");
const inertLine = text => inert(clean(text).replace(/\n/g, " "));
function inertAnswer(text) {
  const found = blocks(clean(text)),
    rest = found.flatMap(([kind, lines]) => (kind === "code" ? [] : lines));
  const hasCode = rest.every(line => !/``|\\`|\|/.test(line) && line.split("`").length % 2);
  const safe = line =>
    hasCode
      ? line
          .split("`")
          .map((part, i) => (i % 2 ? part : inert(part)))
          .join("`")
      : inert(line);
  return found
    .map(each => {
      if (each[0] !== "code") return each[1].map(safe).join("\n");
      const code = codeOf(each[1]),
        fence = "`".repeat(1 + (code.match(/`+/g) || []).reduce((most, run) => Math.max(most, run.length), 2));
      return `${fence}\n${code}\n${fence}`;
    })
    .join("\n\n");
}
function asMarkdown() {
  const parts = turns.map(turn =>
    [
      `## ${inertLine(turn.question)}`,
      ...picturesOf(turn).map(each => `*Picture: ${inertLine(each.name)}, ${dimensions(each)}*`),
      inertAnswer(turn.answer) || "*(no answer)*",
      `*${inertLine(metaOf(turn))}*`,
    ].join("\n\n"),
  );
  const title = `# A conversation with ${inertLine(model?.id || "FlashSloth")}`;
  return `${[title, stamp(), ...parts].join("\n\n")}\n`;
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
  page.body.append(el("h1", {}, page.title), el("p", { class: "m" }, stamp()));
  for (const turn of turns) {
    page.body.append(
      el("h2", { dir: "auto" }, clean(turn.question)),
      ...picturesOf(turn).map(({ url, name, width }) =>
        width ? el("img", { src: url, alt: name }) : el("p", { class: "m" }, name),
      ),
    );
    page.body.append(el("div", { dir: "auto" }, markdown(clean(turn.answer))), el("p", { class: "m" }, metaOf(turn)));
  }
  return `<!doctype html>\n${page.documentElement.outerHTML.replace("</head>", `<style>${style}</style></head>`)}\n`;
}
on("save-md", "click", () => save(asMarkdown(), "conversation.md", "text/markdown"));
on("save-html", "click", () => save(asHtml(), "conversation.html", "text/html"));

/* ---- the rest */
on("new", "click", () => leave(blank()));
on("earlier", "change", event => leave(others.splice(event.target.selectedIndex - 1, 1)[0]));
on("together", "click", () => {
  together = true;
  draw();
  field.focus();
});
for (const name of ["theme", "length", "temperature"])
  on(name, "change", event => {
    prefs[name] = event.target.value;
    keepPrefs();
  });
const showPrefs = () =>
  ["theme", "length", "temperature"].forEach(name => {
    $(name).value = prefs[name];
  });
on("settings-open", "click", () => {
  showPrefs();
  $("settings").showModal();
});
on("forget", "click", () => {
  Object.assign(prefs, PREFERENCES);
  keepPrefs();
  try {
    localStorage.removeItem("flashsloth");
  } catch {}
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
