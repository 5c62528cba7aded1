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
    notes: el("div", { class: "notes small muted" }),
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
    view.notes,
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
  const ends = { stopped: "stopped by you", failed: turn.answer ? "ended early" : "" },
    limit = turn.context < model?.flashsloth.context ? "maximum length" : "end of the context";
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
function drawTurn(turn, index) {
  const view = viewOf(turn),
    busy = ["sending", "answering"].includes(turn.state),
    isLast = turn === last();
  const marks = { last: isLast, edited: turn === editing, forgotten: index < forgotten };
  view.node.className = ["turn", ...Object.keys(marks).filter(name => marks[name])].join(" ");
  view.answer.setAttribute("aria-busy", String(busy));
  drawAnswer(view, turn.answer);
  view.notes.replaceChildren(...(turn.warnings || []).map(text => el("p", {}, `${clean(text)}.`)));
  view.state.hidden = !(busy && turn.state === "sending");
  view.state.textContent = turn.stage || "";
  view.meta.textContent = busy ? "" : dotted(index < forgotten && "no longer seen by the model", metaOf(turn));
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

/* ---- where the model looked: the same colors and scale as in a file of `flashsloth ask --explain` */
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
  const image = new Image(),
    shown = isShown(picture);
  if (shown) {
    image.src = picture.url;
    await image.decode();
  }
  const [wide, high] = shown ? [image.naturalWidth, image.naturalHeight] : [1, 1],
    scale = MAP_SIDE / Math.max(wide, high),
    width = Math.max(1, Math.round(wide * scale)),
    height = Math.max(1, Math.round(high * scale));
  const canvas = el("canvas", { width, height, role: "img", "aria-label": `Where it looked in ${picture.name}` }),
    pen = canvas.getContext("2d");
  pen.filter = "grayscale(1)";
  if (shown) pen.drawImage(image, 0, 0, width, height);
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
/* Show the maps of a turn, or remove them if they are there. */
async function explain(turn) {
  const { maps } = viewOf(turn);
  if (maps.childElementCount) return maps.replaceChildren();
  const waiting = el("p", { class: "small muted" }, "Computing where it looked …"),
    [sent, places] = messages(turns.indexOf(turn), false);
  maps.replaceChildren(waiting);
  try {
    const response = await api("v1/chat/explanations", {
      method: "POST",
      body: JSON.stringify({ messages: sent }),
    });
    if (response.status === 401 && (await askKey())) {
      maps.replaceChildren();
      return explain(turn);
    }
    if (!response.ok) throw await problemOf(response);
    const found = await response.json(),
      ids = [...places.values()];
    const drawn = await Promise.all(found.pictures.map((each, i) => drawMap(pictures.get(ids[i]), each.looked)));
    if (maps.firstChild !== waiting) return; // the maps were requested again or removed meanwhile
    const words = `Before it answered, ${Math.round(found.share * 100)}% of its attention went to the picture. Dark parts got little, bright parts ${BRIGHTEST} times chance or more. Attention is not a reason.`;
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
/* Draw the list of earlier conversations, the most recent first. */
function drawEarlier() {
  const items = others.map(talk => {
    const picture = pictures.get([...talk.turns.flatMap(turn => turn.pictures), ...talk.shelf][0]),
      question = talk.turns[0]?.question || talk.draft || "No question yet",
      about = [picture && short(picture.name), talk.turns.length > 1 && counted(talk.turns.length, "question")];
    const take = () => {
      others = others.filter(each => each !== talk);
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
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", onclick: open },
        el("span", { class: "thumb" }, picture ? thumbnail(picture) : ""),
        el(
          "span",
          {},
          el("b", { dir: "auto" }, clean(question)),
          el("span", { class: "small muted" }, dotted(...about)),
        ),
      ),
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
    shown && shown.src === picture.url && isShown(picture)
      ? shown
      : isShown(picture)
        ? el("img", { src: picture.url, alt: picture.name })
        : el("p", { class: "blank muted" }, "The browser cannot show this picture; the server may read it.");
  const lost = lostLetters(picture),
    title = "Ask about a part of the picture, which the model then sees larger";
  figure.replaceChildren(
    image,
    el(
      "figcaption",
      {},
      el(
        "span",
        {},
        el("b", {}, picture.name),
        " ",
        dotted(...parts),
        lost && el("span", {}, " ", el("span", { class: "chip" }, lost)),
      ),
      running ? "" : pageChooser(picture),
      isShown(picture) && !running ? action("Crop", () => chooseArea(picture), "quiet", title) : "",
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
  // only a phone can take a photo, and it has no room for this button beside Cancel
  $("camera").hidden = !touch || editing !== null;
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
