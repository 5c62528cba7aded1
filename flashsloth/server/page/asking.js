/* ---- asking */
import { drawAnswer } from "./markdown.js";
import { follow, toEnd } from "./scroll.js";
import { api, askKey, chooseModel, failed, problemOf, showModel, watch } from "./server.js";
import { begins, countOf, enter, keep, now, pictures, redraw, setAside, textOf, views } from "./state.js";
import { $, clean, complain, counted, field, pause, prefs, say, tab, touch } from "./tools.js";

export function leave(talk) {
  now.running?.abort();
  setAside();
  now.editing = null;
  now.unread = [];
  enter(talk);
  chooseModel(now.model);
  $("live").replaceChildren();
  complain("");
  keep();
  redraw();
  toEnd();
  if (!touch) field.focus(); // on a touch screen the keyboard would cover the answer
}
/* Return the messages up to a turn, and a Map from the server's names for the places of pictures to ids. The pictures
   of turns that are left out go with the next question. */
export function messages(until, more) {
  const sent = [],
    places = new Map();
  let carried = [];
  now.turns.slice(0, until + 1).forEach((turn, i) => {
    carried.push(...turn.pictures);
    if (i < until && (i < now.forgotten || !turn.answer)) return;
    const parts = carried.map(id => {
      const { url, page } = pictures.get(id);
      return { type: "image_url", image_url: page > 1 ? { url, flashsloth_page: page } : { url } };
    });
    for (const [n, id] of carried.entries()) places.set(`messages[${sent.length}].content[${n + 1}]`, id);
    carried = [];
    const text = turn.question;
    sent.push({ role: "user", content: parts.length ? [{ type: "text", text }, ...parts] : text });
    if (i < until || more) sent.push({ role: "assistant", content: turn.answer });
  });
  return [sent, places];
}
function stageWords({ pictures }, { stage, place }) {
  const words = {
    queued: place > 1 ? `Waiting: number ${place} in the queue` : "Waiting: next in the queue",
    opening: "Opening the model, which was asleep",
    pictures: ["Reading the question", "Reading the picture"][pictures.length] || "Reading the pictures",
    prompt: "Reading the question",
    answer: "Writing",
  };
  return words[stage] || stage;
}
export async function answer(turn, { again = false, more = false } = {}) {
  const stop = new AbortController(),
    before = { ...turn };
  now.running = stop;
  const temperature = again ? Math.max(0.7, +prefs.temperature) : +prefs.temperature;
  Object.assign(turn, {
    state: "sending",
    stage: turn.pictures.length ? "Sending the picture" : "Sending the question",
    error: null,
    reason: null,
    temperature,
    unseen: now.forgotten,
  });
  if (!more) Object.assign(turn, { answer: "", tokens: 0, first: null, speed: null, model: now.model });
  spoken = turn.answer.length;
  $("live").replaceChildren();
  redraw();
  toEnd();
  const [sent, places] = messages(now.turns.indexOf(turn), more),
    usage = { include_usage: true },
    body = {
      model: now.model,
      messages: sent,
      stream: true,
      stream_options: usage,
      max_tokens: +prefs.length,
      temperature,
    };
  if (temperature) body.seed = crypto.getRandomValues(new Uint32Array(1))[0];
  if (more) body.continue_final_message = true;
  const headers = { "X-FlashSloth-Progress": "1" },
    options = { method: "POST", body: JSON.stringify(body), signal: stop.signal, headers };
  try {
    for (let attempt = 0; ; attempt++) {
      const began = performance.now();
      const response = await api("v1/chat/completions", options);
      if (response.status === 401 && (await askKey())) continue;
      if ((response.status === 429 || response.headers.has("retry-after")) && attempt < 20) {
        const seconds = Math.max(+response.headers.get("retry-after") || 1, Math.min(2 ** attempt, 15));
        for (let left = Math.ceil(seconds); left > 0; left--) {
          setStage(turn, `The server is busy. Asking again in ${counted(left, "second")}`);
          await pause(1000, stop.signal);
        }
        continue;
      }
      if (!response.ok) throw await problemOf(response);
      await receive(response, turn, began, places);
      break;
    }
  } catch (error) {
    if (stop.signal.aborted) turn.state = "stopped";
    else {
      turn.state = "failed";
      turn.error = problemIn(error, places, turn.answer && "The connection ended before the answer did.");
      if (!error.problem) watch();
      say(aboutPicture(turn.error));
    }
    if (again && !turn.answer) Object.assign(turn, before, { error: turn.error }); // the earlier answer stays
  }
  now.running = null;
  clearTimeout(telling.timer);
  telling = {};
  speak(turn, true);
  if (turn.state === "done") {
    now.states.set(turn.model, "ok");
    if (turn.model === now.model && $("model").className === "asleep") showModel("", "ok");
  }
  keep();
  redraw();
  if (!touch && (document.activeElement === document.body || document.activeElement === $("send"))) field.focus();
}
/* Return what went wrong, as the server says it, with the id of the picture that it is about. */
export function problemIn({ problem }, places, otherwise = "") {
  const { reason, hint, code, param } = problem || { reason: otherwise || "The server does not answer." },
    message = textOf(reason, "The server failed");
  return { message, hint: textOf(hint), code: textOf(code), picture: places.get(param) };
}
/* Return a message with the name of the picture that it is about, if there is one, before it. */
export function aboutPicture({ message, picture }) {
  const name = pictures.get(picture)?.name;
  return name ? `${name}: ${message}` : message;
}
/* Note the page counts and the warnings of a response. Each warning is shown once in a conversation. */
function note(turn, { warnings = [], flashsloth_pages: counts = {} }, places) {
  for (const [place, id] of places) {
    const picture = pictures.get(id),
      pages = countOf(counts[place]) || picture.pages || 1;
    if (pages !== picture.pages) tab.remove(`picture ${id}`); // `keep` stores it anew
    picture.pages = pages;
  }
  const before = now.turns.slice(0, now.turns.indexOf(turn)).flatMap(each => each.warnings || []);
  turn.warnings = warnings
    .map(({ param, reason }) => aboutPicture({ picture: places.get(param), message: textOf(reason) }))
    .filter(text => !before.includes(text));
  turn.warnings.forEach(say);
}
async function receive(response, turn, began, places) {
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
        const stage = JSON.parse(event.slice(13)),
          steps = turn.tokens - tokens - 1;
        if (stage.stage === "done") turn.speed = steps > 0 && stage.decode_ms ? (1000 * steps) / stage.decode_ms : null;
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
      if (part.choices[0]?.delta.role) note(turn, part, places); // only the first chunk has a role
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
/* Draw the answer so far, at most once a frame. */
function show(turn) {
  if (willDraw) return;
  willDraw = true;
  requestAnimationFrame(() => {
    willDraw = false;
    const view = views.get(turn);
    if (!view) return;
    view.state.hidden = true;
    drawAnswer(view, turn.answer);
    speak(turn, false);
    $("latest").hidden = follow();
  });
}
function setStage(turn, words) {
  turn.stage = words;
  const kind = words.split(/[:.]/)[0];
  if (kind !== telling.kind) {
    // a screen reader says each kind of stage once, and only if it lasts a second
    clearTimeout(telling.timer);
    const tell = () => turn.state === "sending" && say(turn.stage);
    telling = { kind, timer: setTimeout(tell, 1000) };
  }
  const view = views.get(turn);
  if (view) {
    view.state.textContent = words;
    view.state.hidden = false;
  }
}

/* ---- for screen readers: each sentence once, when it is complete */
let spoken = 0,
  telling = {};
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
export function submit() {
  const question = field.value.trim();
  if (now.running || now.reading || !question) return;
  complain("");
  if (now.unread.length) return complain(`Nothing was sent: remove ${now.unread[0].picture} first.`);
  const fresh = begins();
  if (now.editing) {
    now.turns.pop();
    now.editing = null;
  }
  const turn = { question, pictures: now.shelf, answer: "", state: "sending", tokens: 0 };
  now.shelf = [];
  field.value = ""; // before setAside, which would keep it as a draft
  if (fresh) setAside();
  now.together = false;
  now.turns.push(turn);
  keep();
  answer(turn);
}
export function edit(turn) {
  now.editing = turn;
  now.shelf = [...turn.pictures];
  field.value = turn.question;
  redraw();
  field.focus();
}
