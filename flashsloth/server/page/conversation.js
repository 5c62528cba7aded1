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
/* Whether the next question begins a new conversation: the model was trained on one picture per conversation. */
const begins = () => !together && !editing && shelf.length > 0 && turns.some(turn => turn.pictures.length);
const asked = () => (begins() ? [] : turns.filter(turn => turn !== editing).flatMap(turn => turn.pictures));
const inUse = () => [...asked(), ...shelf];
const KEPT = "Kept in this tab only: a reload keeps it, closing the tab forgets it.";
/* Store everything in this tab, so that it survives a reload. */
function keep() {
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
  $("kept").className = whole ? "" : "wrong";
  $("kept").textContent = whole
    ? KEPT
    : "These pictures are too large for the storage of this tab: a reload would lose this conversation.";
}
/* Check what is read from the storage: another program may have served this address before. */
const textOf = (value, otherwise = "") => (typeof value === "string" ? value : otherwise);
const countOf = value => (Number.isFinite(value) && value > 0 ? value : 0);
function keptPicture(id) {
  const { name, bytes, width, height, url, sent, page, pages } = JSON.parse(tab.get(`picture ${id}`)) || {};
  if (!/^data:[\w./+-]*;base64,[\w+/=]+$/.test(textOf(url))) return;
  pictures.set(id, {
    id,
    name: textOf(name, "picture"),
    bytes: countOf(bytes),
    width: countOf(width),
    height: countOf(height),
    url,
    sent: Array.isArray(sent) ? sent.map(countOf) : null,
    page: countOf(page) || 1,
    pages: countOf(pages),
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
  for (const name of ["tokens", "first", "speed", "temperature", "context", "unseen"]) turn[name] = countOf(kept[name]);
  turn.state = ["done", "failed"].includes(kept.state) ? kept.state : "stopped";
  turn.warnings = (Array.isArray(kept.warnings) ? kept.warnings : []).filter(each => typeof each === "string");
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
/* Move the conversation to the list of earlier ones, and begin an empty one. */
function setAside() {
  const rest = editing ? { shelf: [], draft: "" } : { shelf, draft: field.value };
  if (turns.length || rest.shelf.length || rest.draft.trim()) others.push({ turns, forgotten, ...rest });
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
  if (!touch) field.focus(); // on a touch screen the keyboard would cover the answer
}
/* Return the messages up to a turn, and a Map from the server's names for the places of pictures to ids. The pictures
   of turns that are left out go with the next question. */
function messages(until, more) {
  const sent = [],
    places = new Map();
  let carried = [];
  turns.slice(0, until + 1).forEach((turn, i) => {
    carried.push(...turn.pictures);
    if (i < until && (i < forgotten || !turn.answer)) return;
    const parts = carried.map(id => {
      const { url, page } = pictures.get(id);
      return { type: "image_url", image_url: page > 1 ? { url, flashsloth_page: page } : { url } };
    });
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
    unseen: forgotten,
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
    headers: { "X-FlashSloth-Progress": "1" },
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
      await receive(response, turn, began, places);
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
    if (again && !turn.answer) Object.assign(turn, before, { error: turn.error }); // the earlier answer stays
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
const PLACE = /messages\[\d+\](\.content\[\d+\])?/g,
  FOR_PROGRAMS = /(^|\s)--?\w|`|\bflashsloth \w|docs\/|pip |messages\[|Bearer|data: URL|^Send /;
const HINTS = {
  image_too_large: "Scale it down first.",
  image_format_unsupported: "Save it as PNG or JPEG first.",
  out_of_memory: "Ask about fewer or smaller pictures, or later.",
  key_refused: "Ask again, and enter it.",
};
const named = (text, places) => text.replace(PLACE, place => pictures.get(places.get(place))?.name || "this question");
/* Reword an error of the server for the user of the page, who has no command line. */
function plain({ message, hint, code }, places) {
  message = textOf(message, "The server failed").replace(`. ${hint}`, "");
  const place = message.match(PLACE)?.[0],
    picture = places.get(place);
  if (place) message = named(message, places).replace("cannot be decoded", "cannot be read");
  message = message.replace("reading it needs an optional package", "this server cannot read it");
  hint = FOR_PROGRAMS.test(hint) ? HINTS[code] || "" : textOf(hint);
  return { message, hint, code: textOf(code), picture };
}
/* Note the page counts and the warnings of a response. Each warning is shown once in a conversation. */
function note(turn, { warnings = [], flashsloth_pages: counts = {} }, places) {
  for (const [place, id] of places) {
    const picture = pictures.get(id),
      pages = countOf(counts[place]) || picture.pages || 1;
    if (pages !== picture.pages) tab.remove(`picture ${id}`); // `keep` stores it anew
    picture.pages = pages;
  }
  const before = turns.slice(0, turns.indexOf(turn)).flatMap(each => each.warnings || []);
  turn.warnings = warnings.map(text => named(textOf(text), places)).filter(text => !before.includes(text));
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
    if (following) toEnd();
    else $("latest").hidden = false;
  });
}
function setStage(turn, words) {
  turn.stage = words;
  const kind = words.split(/[:.]/)[0];
  if (kind !== telling.kind) {
    // a screen reader says each kind of stage once, and only if it lasts a second
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

/* ---- for screen readers: each sentence once, when it is complete */
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
