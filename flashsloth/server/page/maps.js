/* ---- where the model looked: the same colors and scale as in a file of `flashsloth ask --explain` */
import { aboutPicture, messages, problemIn } from "./asking.js";
import { isShown } from "./pictures.js";
import { follow } from "./scroll.js";
import { api, askKey, problemOf } from "./server.js";
import { now, pictures, views } from "./state.js";
import { clean, el, say } from "./tools.js";

const CIVIDIS = [
  0, 34, 78, 18, 53, 112, 59, 73, 108, 87, 93, 109, 112, 113, 115, 138, 134, 120, 165, 156, 116, 195, 179, 105, 225,
  204, 85, 254, 232, 56,
];
const BRIGHTEST = 6, // times chance
  MAP_SIDE = 480;
function shade(value) {
  const at = Math.min(value / BRIGHTEST, 1) * (CIVIDIS.length / 3 - 1),
    low = 3 * Math.min(Math.floor(at), CIVIDIS.length / 3 - 2),
    parts = [0, 1, 2].map(i => CIVIDIS[low + i] + (CIVIDIS[low + 3 + i] - CIVIDIS[low + i]) * (at - low / 3));
  return `rgb(${parts.map(Math.round).join(" ")})`;
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
export async function explain(turn) {
  const { maps } = views.get(turn);
  if (maps.childElementCount) return maps.replaceChildren();
  const waiting = el("p.small.muted", "Computing where it looked …"),
    [sent, places] = messages(now.turns.indexOf(turn), false);
  maps.replaceChildren(waiting);
  try {
    const body = JSON.stringify({ model: turn.model || now.model, messages: sent }),
      response = await api("v1/chat/explanations", { method: "POST", body });
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
    maps.replaceChildren(...drawn, el("p.small.muted", words));
    say("The map of where it looked is shown.");
  } catch (error) {
    const problem = aboutPicture(problemIn(error, places));
    maps.replaceChildren(el("p.wrong.small", { role: "alert" }, clean(problem)));
  }
  follow();
}
