/* ---- the state of the page, and what of it the tab keeps */
import { $, field, tab } from "./tools.js";

export const blank = () => ({ turns: [], shelf: [], forgotten: 0, draft: "" });
export const now = {
  ...blank(),
  models: [], // what /v1/models says; empty until the server has answered
  states: new Map(), // the name of a model -> "ok" or "asleep"
  model: "", // the name of the model of this conversation
  facts: {}, // what /v1/models says about it
  unread: [], // errors of files that are no pictures
  chosen: null, // the id of the picture that is shown
  editing: null,
  running: null,
  others: [], // conversations that were left
  together: false,
  reading: 0,
};
/* id -> { id, name, width, height, bytes, url, sent, page, pages }. `sent` is the size after scaling, `pages` is 0
   until the server has counted them. */
export const pictures = new Map();
export const originals = new Map(); // id -> the file to cut parts from; a reload loses it
export const views = new Map(); // turn -> its nodes
export const redraw = () => dispatchEvent(new Event("redraw"));
export const last = () => now.turns.at(-1);
/* Whether the next question begins a new conversation: the model was trained on one picture per conversation. */
export const begins = () =>
  !now.together && !now.editing && now.shelf.length > 0 && now.turns.some(turn => turn.pictures.length);
const asked = () => (begins() ? [] : now.turns.filter(turn => turn !== now.editing).flatMap(turn => turn.pictures));
export const inUse = () => [...asked(), ...now.shelf];
const talk = () => ({
  turns: now.turns,
  forgotten: now.forgotten,
  model: now.model,
  ...(now.editing ? { shelf: [], draft: "" } : { shelf: now.shelf, draft: field.value }), // a reload ends the editing
});
let unkept = false;
/* Store everything in this tab, so that it survives a reload. */
export function keep() {
  let whole = true;
  const used = new Set(
    [now, ...now.others].flatMap(each => [...each.turns.flatMap(turn => turn.pictures), ...each.shelf]),
  );
  for (const id of pictures.keys()) {
    if (!used.has(id)) {
      pictures.delete(id);
      originals.delete(id);
      tab.remove(`picture ${id}`);
    } else if (tab.get(`picture ${id}`) === null)
      whole = tab.set(`picture ${id}`, JSON.stringify(pictures.get(id))) && whole;
  }
  whole = tab.set("talk", JSON.stringify({ ...talk(), chosen: now.chosen, others: now.others })) && whole;
  unkept = !whole;
  $("kept").className = whole ? "" : "wrong";
  $("kept").textContent = whole
    ? "Kept in this tab only: a reload keeps it, closing the tab forgets it."
    : "These pictures are too large for the storage of this tab: a reload would lose this conversation.";
}
addEventListener("beforeunload", event => {
  keep();
  if (unkept && now.turns.length) event.preventDefault();
});
/* Check what is read from the storage: another program may have served this address before. */
export const textOf = (value, otherwise = "") => (typeof value === "string" ? value : otherwise);
export const countOf = value => (Number.isFinite(value) && value > 0 ? value : 0);
function keptPicture(id) {
  const { name, url, sent, ...rest } = JSON.parse(tab.get(`picture ${id}`)) || {};
  if (!/^data:[\w./+-]*;base64,[\w+/=]+$/.test(textOf(url))) return;
  const picture = { id, name: textOf(name, "picture"), url, sent: Array.isArray(sent) ? sent.map(countOf) : null };
  for (const each of ["bytes", "width", "height", "page", "pages"]) picture[each] = countOf(rest[each]);
  picture.page ||= 1;
  pictures.set(id, picture);
}
const listOf = (value, isValid) => (Array.isArray(value) ? value : []).filter(isValid);
const isText = value => typeof value === "string";
function keptIds(ids) {
  const found = listOf(ids, isText);
  for (const id of found)
    try {
      keptPicture(id);
    } catch {}
  return found.filter(id => pictures.has(id));
}
function keptTurn(kept) {
  const texts = (from, ...names) => Object.fromEntries(names.map(name => [name, textOf(from[name])]));
  const turn = { ...texts(kept, "question", "answer", "model", "reason"), pictures: keptIds(kept.pictures) };
  for (const name of ["tokens", "first", "speed", "temperature", "context", "unseen"]) turn[name] = countOf(kept[name]);
  turn.state = ["done", "failed"].includes(kept.state) ? kept.state : "stopped";
  turn.warnings = listOf(kept.warnings, isText);
  turn.error = kept.error ? { ...texts(kept.error, "message", "hint", "code", "picture") } : null;
  return turn;
}
const objects = list => listOf(list, each => each && typeof each === "object");
function keptTalk(talk) {
  const kept = objects(talk.turns).map(keptTurn);
  return {
    turns: kept,
    shelf: keptIds(talk.shelf),
    forgotten: Math.min(Math.floor(countOf(talk.forgotten)), kept.length),
    draft: textOf(talk.draft),
    model: textOf(talk.model),
  };
}
export function restore() {
  try {
    const talk = JSON.parse(tab.get("talk")) || {},
      rest = objects(talk.others).map(keptTalk);
    enter(keptTalk(talk));
    now.chosen = textOf(talk.chosen, null);
    now.others = rest;
  } catch {
    enter(blank());
  }
}
export function enter(talk) {
  const { draft, model, ...rest } = talk;
  Object.assign(now, rest, { together: false, model: model || now.model });
  field.value = draft;
}
/* Move the conversation to the list of earlier ones, and begin an empty one. */
export function setAside() {
  const left = talk();
  if (left.turns.length || left.shelf.length || left.draft.trim()) now.others.push(left);
  enter(blank());
}
