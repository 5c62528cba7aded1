/* ---- drawing */
import { aboutPicture, answer, edit, leave, submit } from "./asking.js";
import { chooseArea } from "./crop.js";
import { explain } from "./maps.js";
import { drawAnswer } from "./markdown.js";
import { isShown, lostLetters, pageChooser, seenAs } from "./pictures.js";
import { follow } from "./scroll.js";
import { begins, inUse, keep, last, now, pictures, views } from "./state.js";
import {
  $,
  across,
  button,
  clean,
  complain,
  counted,
  dotted,
  el,
  field,
  number,
  seconds,
  size,
  touch,
} from "./tools.js";

const dimensions = picture => (picture.width ? across(picture.width, picture.height) : "size unknown");
function thumbnail(picture) {
  if (isShown(picture)) return el("img", { src: picture.url, alt: "" });
  return picture.page > 1 ? `page ${picture.page}` : picture.name.split(".").pop().slice(0, 8);
}
function thumb(id, pressed) {
  const picture = pictures.get(id);
  if (!picture) return el("span.thumb", "gone");
  const show = () => {
      now.chosen = id;
      drawStage();
    },
    props = { className: "thumb", title: picture.name, "aria-label": `Show ${picture.name}` };
  if (pressed !== undefined) props["aria-pressed"] = String(pressed);
  return button(thumbnail(picture), show, props);
}
const thumbsOf = turn => turn.pictures.map(id => thumb(id));
function viewOf(turn) {
  if (views.has(turn)) return views.get(turn);
  const view = {
    keys: [],
    thumbs: el("div.shelf", thumbsOf(turn)),
    answer: el("div.answer", { dir: "auto" }),
    notes: el("div.notes.small.muted"),
    state: el("p.state"),
    error: el("div.error"),
    meta: el("p.meta"),
    actions: el("div.actions"),
    maps: el("div.maps"),
  };
  const { keys, thumbs, ...rows } = view,
    ask = el("div.ask", thumbs, el("h2", { dir: "auto" }, clean(turn.question)));
  view.node = el("li.turn", ask, Object.values(rows));
  views.set(turn, view);
  return view;
}
/* Whether nano says that it does not know, as of a photograph. */
const isRefused = turn => (now.facts.refusals || []).some(each => turn.answer.startsWith(each));
/* Return the notes below an answer. The first refusal of a conversation says what the model knows. */
export const notesOf = turn => [
  ...(turn.warnings || []).map(text => `${clean(text)}.`),
  ...(isRefused(turn) && now.turns.find(isRefused) === turn ? [now.facts.note] : []),
];
export function metaOf(turn) {
  const ends = { stopped: "stopped by you", failed: turn.answer ? "ended early" : "" },
    limit = turn.context < now.facts.context ? "maximum length" : "end of the context";
  return dotted(
    clean(turn.model || ""),
    turn.tokens ? `${turn.state === "done" ? "" : "about "}${counted(turn.tokens, "token")}` : "",
    turn.first ? `first after ${seconds(turn.first)}` : "",
    turn.speed ? `${turn.speed < 10 ? turn.speed.toFixed(1) : Math.round(turn.speed)} tokens/s` : "",
    turn.temperature ? `temperature ${turn.temperature}` : "",
    turn.unseen ? `without the first ${counted(turn.unseen, "question")}` : "",
    ends[turn.state] || (turn.reason === "length" ? `cut at the ${limit}` : ""),
  );
}
export function drawTurn(turn, index) {
  const view = viewOf(turn),
    busy = ["sending", "answering"].includes(turn.state),
    isLast = turn === last();
  view.node.classList.toggle("last", isLast);
  view.node.classList.toggle("edited", turn === now.editing);
  view.node.classList.toggle("forgotten", index < now.forgotten);
  view.answer.setAttribute("aria-busy", String(busy));
  drawAnswer(view, turn.answer);
  view.notes.replaceChildren(...notesOf(turn).map(text => el("p", text)));
  view.state.hidden = !(busy && turn.state === "sending");
  view.state.textContent = turn.stage || "";
  view.meta.textContent = busy ? "" : dotted(index < now.forgotten && "no longer seen by the model", metaOf(turn));
  view.error.hidden = !turn.error || busy;
  view.error.replaceChildren();
  if (turn.error) {
    const { hint, code, picture } = turn.error,
      name = pictures.get(picture)?.name,
      text = clean(aboutPicture(turn.error)),
      said = (name ? text : text.charAt(0).toUpperCase() + text.slice(1)) + (/[.!?]$/.test(text) ? "" : ".");
    view.error.append(el("p", said), el("p.small", clean(hint || "")));
    const retry = (words, change) => {
      const run = () => {
        change();
        answer(turn);
      };
      view.error.append(button(words, run, { className: "button" }));
    };
    if (name && isLast && !now.running) retry(`Remove ${short(name)} and ask again`, () => leaveOut(picture));
    if (/^context_/.test(code) && isLast && index > now.forgotten)
      retry("Forget the oldest turns and ask again", () => {
        now.forgotten += Math.ceil((index - now.forgotten) / 2);
      });
  }
  view.actions.replaceChildren();
  if (busy) return view.maps.replaceChildren();
  const offer = (words, run, title = "") => view.actions.append(button(words, run, { title }));
  if (turn.answer) offer("Copy", event => copy(clean(turn.answer), event.target));
  if (turn.answer && now.turns.slice(0, index + 1).some(each => each.pictures.length))
    offer("Where it looked", () => explain(turn), "Show which parts of the picture it read for this answer");
  if (!isLast || now.running) return;
  if (turn.answer)
    offer(
      "Retry",
      () => answer(turn, { again: true }),
      "Answer again, more freely: with a temperature of at least 0.7",
    );
  else offer("Ask again", () => answer(turn));
  offer("Edit", () => edit(turn), "Change the question");
  if (turn.answer && (turn.state !== "done" || turn.reason === "length"))
    offer("Continue", () => answer(turn, { more: true }), "Go on where the answer ended");
}
function leaveOut(picture) {
  for (const turn of now.turns) {
    turn.pictures = turn.pictures.filter(id => id !== picture);
    viewOf(turn).thumbs.replaceChildren(...thumbsOf(turn));
  }
}
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // pages without https have no clipboard API
    const area = el("textarea", { value: text, className: "unseen" });
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
const short = name => (name.length > 28 ? `${name.slice(0, 24)}…` : name);
function remover(run, name, words = "✕") {
  const title = `Remove ${name}`;
  return button(words, run, { className: words === "✕" ? "quiet" : "", title, "aria-label": title });
}
function draw() {
  const list = $("turns");
  now.turns.forEach((turn, i) => {
    if (i >= now.turns.length - 2 || !views.has(turn) || turn === now.editing) drawTurn(turn, i);
  });
  if (drawnForgotten !== now.forgotten) {
    drawnForgotten = now.forgotten;
    now.turns.forEach(drawTurn);
  }
  for (const [turn, view] of views)
    if (!now.turns.includes(turn)) {
      view.node.remove();
      views.delete(turn);
    }
  now.turns.forEach((turn, i) => {
    const { node } = views.get(turn);
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] || null);
  });
  document.querySelector("main").classList.toggle("fresh", !now.turns.length);
  $("earlier").hidden = !now.others.length;
  $("new").disabled = !now.turns.length && !now.shelf.length && !now.unread.length;
  $("save").disabled = !now.turns.length;
  const { context } = now.facts,
    used = last()?.model === now.model && last().context; // another model counts other tokens
  $("room").textContent = context && used ? `${number(used)} of ${number(context)} tokens` : "";
  drawStage();
  drawComposer();
  follow();
}
addEventListener("redraw", draw);
let drawnForgotten = 0;
/* Draw the list of earlier conversations, the most recent first. */
export function drawEarlier() {
  const items = now.others.map(talk => {
    const picture = pictures.get([...talk.turns.flatMap(turn => turn.pictures), ...talk.shelf][0]),
      question = talk.turns[0]?.question || talk.draft || "No question yet",
      about = [
        picture && short(picture.name),
        talk.turns.length > 1 && counted(talk.turns.length, "question"),
        !$("models").hidden && talk.model,
      ];
    const take = () => {
      now.others = now.others.filter(each => each !== talk);
    };
    const open = () => {
      $("conversations").close();
      take();
      leave(talk);
    };
    const forget = () => {
      take();
      keep();
      draw();
      drawEarlier();
    };
    const words = el("span", el("b", { dir: "auto" }, clean(question)), el("span.small.muted", dotted(...about))),
      icon = el("span.thumb", picture ? thumbnail(picture) : "");
    return el(
      "li",
      el("button", { type: "button", onclick: open }, icon, words),
      remover(forget, `the conversation about ${picture ? picture.name : question}`),
    );
  });
  $("conversations")
    .querySelector("ul")
    .replaceChildren(...items.reverse());
  if (!items.length) $("conversations").close();
  $("conversations").querySelector("button").focus();
}
function drawStage() {
  const all = inUse();
  if (!all.includes(now.chosen)) now.chosen = all.at(-1) || null;
  const picture = pictures.get(now.chosen),
    figure = document.querySelector("figure");
  $("stage").className = picture ? "" : "none";
  $("empty").hidden = Boolean(picture);
  figure.hidden = !picture;
  if (!picture) return figure.replaceChildren();
  const tokens = now.facts.picture?.tokens,
    seen = seenAs(picture);
  const parts = [
    dimensions(picture),
    size(picture.bytes),
    picture.sent ? `sent as ${across(...picture.sent)}, ${size(picture.sent[2])}` : "",
    seen && seen + (tokens ? ` in ${counted(tokens, "token")}` : ""),
  ];
  const before = figure.querySelector("img"),
    shown = isShown(picture),
    lost = lostLetters(picture),
    title = "Ask about a part of the picture, which the model then sees larger";
  let image = el("p.blank.muted", "The browser cannot show this picture; the server may read it.");
  if (shown) image = before?.src === picture.url ? before : el("img", { src: picture.url, alt: picture.name });
  const caption = el("span", el("b", picture.name), " ", dotted(...parts));
  if (lost) caption.append(" ", el("span.chip", lost));
  figure.replaceChildren(image, el("figcaption", caption));
  if (!now.running) {
    figure.lastChild.append(pageChooser(picture));
    if (shown) figure.lastChild.append(button("Crop", () => chooseArea(picture), { title }));
  }
  if (all.length > 1) {
    const label = "Pictures of this conversation",
      thumbs = all.map(id => thumb(id, id === now.chosen));
    figure.append(el("div.shelf", { role: "group", "aria-label": label }, thumbs));
  }
}
export function drawComposer() {
  const items = now.shelf.map(id => {
    const picture = pictures.get(id);
    const remove = () => {
      now.shelf = now.shelf.filter(each => each !== id);
      keep();
      draw();
      field.focus();
    };
    const about = [dimensions(picture), seenAs(picture)].filter(Boolean).join(", ");
    return el("li", thumb(id), el("span", short(picture.name), el("br"), about), remover(remove, picture.name));
  });
  for (const each of now.unread) {
    const remove = () => {
      now.unread = now.unread.filter(other => other !== each);
      complain("");
      draw();
      field.focus();
    };
    items.push(el("li.wrong", el("span", each.message), remover(remove, each.picture, "Remove")));
  }
  $("shelf").replaceChildren(...items);
  if (now.reading) $("shelf").append(el("li.state", "Reading the picture"));
  $("send").textContent = now.running ? "Stop" : now.editing ? "Ask again" : "Ask";
  $("send").disabled = !now.running && (!field.value.trim() || now.reading > 0);
  $("unedit").hidden = !now.editing;
  // only a phone can take a photo, and it has no room for this button beside Cancel
  $("camera").hidden = !touch || now.editing !== null;
  field.placeholder = now.shelf.length + now.turns.length ? "Ask about the picture" : "Ask, or drop a picture first";
  const ideas = !now.turns.length && now.shelf.length > 0 && !field.value;
  $("ideas").hidden = !ideas;
  $("begins").hidden = !begins();
  $("several").hidden = inUse().length < 2 || !now.shelf.length;
}
for (const idea of ["What is this?", "Describe the picture.", "What does it say?"]) {
  const ask = () => {
    field.value = idea;
    submit();
  };
  $("ideas").append(button(idea, ask, { className: "" }));
}
