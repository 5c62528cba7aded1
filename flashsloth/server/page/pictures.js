/* ---- pictures */
import { inUse, keep, now, originals, pictures, redraw } from "./state.js";
import { across, clean, complain, counted, el, field, number, pause, say, touch } from "./tools.js";

const KEEP_BYTES = 3e6;
/* First bytes of files whose pages only the server counts, that a browser may not show, and that the server reads. */
const isPaged = head => /^(%PDF-|II[*+]\0|MM\0[*+])/.test(head);
const isUnseen = head => isPaged(head) || /^(BM|P[1-6]\s|.{4}ftyp.*?(avi[fs]|hei[cmsx]|hev[cmsx]))/s.test(head);
const isKnown = head => isUnseen(head) || /^(\ufffd\ufffd|.PNG\r|GIF8|RIFF)/s.test(head);
const limitOf = () => Math.max(4 * (now.facts.picture?.side || 1024), 1536);
const asData = blob =>
  new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
const newId = () => crypto.getRandomValues(new Uint32Array(2)).join("-");
async function readPicture(file) {
  const name = clean(file.name || "picture"),
    address = URL.createObjectURL(file),
    image = new Image();
  const picture = { id: newId(), name, bytes: file.size, width: 0, height: 0, sent: null, page: 1, pages: 1 };
  let head = "";
  try {
    head = await file.slice(0, 256).text();
    picture.pages = isPaged(head) ? 0 : 1;
    image.src = address;
    await image.decode();
    picture.width = image.naturalWidth;
    picture.height = image.naturalHeight;
    (await createImageBitmap(file, 0, 0, 1, 1)).close(); // this fails if the file is truncated
    const longest = Math.max(picture.width, picture.height),
      k = Math.round(longest / limitOf());
    if (!isKnown(head)) throw new Error();
    if (k <= 1 || (file.size <= KEEP_BYTES && k <= 2)) picture.url = await asData(file);
    else {
      // Scale it to about 4 times what the model sees. JPEG would lose colours.
      const canvas = await averaged(image, k);
      const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
      picture.url = await asData(blob);
      picture.sent = [canvas.width, canvas.height, blob.size];
    }
  } catch {
    if (picture.width || !isUnseen(head)) {
      let reason = "it is damaged or not a picture";
      if (!isKnown(head)) {
        if (file.type.startsWith("video/") || /^.{4}ftyp/s.test(head)) reason = "it is a film";
        else if (picture.width) reason = "save it as PNG first";
      }
      throw Object.assign(new Error(`${name} cannot be read: ${reason}.`), { picture: name });
    }
    picture.url = (await asData(file)).replace(/^data:[^,]*,/, "data:application/octet-stream;base64,");
  } finally {
    URL.revokeObjectURL(address);
  }
  return picture;
}
/* Return a picture scaled down by k: each pixel is the mean of k x k pixels. Browsers' scaling loses more. */
async function averaged(image, k) {
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
/* Throw an error if the conversation has no room for another picture. */
function checkRoom(picture) {
  const { images, body_bytes } = now.facts.limits || { images: 16, body_bytes: 64e6 },
    used = inUse();
  if (used.length >= images)
    throw new Error(`A conversation has at most ${counted(images, "picture")}. Start a new one for ${picture.name}.`);
  if (used.reduce((sum, id) => sum + pictures.get(id).url.length, picture.url.length) > 0.95 * body_bytes)
    throw new Error(`${picture.name} is too large for this server beside the others.`);
}
export async function addFiles(files) {
  complain("");
  now.reading += 1;
  redraw();
  for (const file of files) {
    try {
      const picture = await readPicture(file);
      checkRoom(picture);
      pictures.set(picture.id, picture);
      originals.set(picture.id, file);
      now.shelf.push(picture.id);
      now.chosen = picture.id;
      keep();
    } catch (error) {
      if (!error.picture) {
        complain(error.message);
        continue;
      }
      now.unread.push(error);
      say(error.message);
    }
  }
  now.reading -= 1;
  redraw();
  if (!touch) field.focus();
}
/* Return a text about the size at which the model sees a picture. */
export function seenAs(picture) {
  const facts = now.facts.picture;
  if (!facts || !picture.width) return "";
  const scale = facts.side / Math.max(picture.width, picture.height);
  const [w, h] =
    facts.aspect === "pad"
      ? [picture.width, picture.height].map(v => Math.max(1, Math.round(v * scale)))
      : [facts.side, facts.side];
  return `the model sees ${across(w, h)}`;
}
/* Return a warning if a picture, scaled down, loses letters of common size, else "". */
export function lostLetters(picture) {
  const facts = now.facts.picture,
    times = facts ? Math.max(picture.width, picture.height) / facts.side : 0;
  if (!times || times < facts.strong) return "";
  const high = Math.ceil(facts.letters * times);
  const fits = high <= Math.min(picture.width, picture.height);
  return `${fits ? `letters under ${number(high)} pixels` : "its letters"} ${facts.measured ? "are not read reliably" : "cannot be read"}`;
}
/* Whether the browser can show a picture. Of several pages it shows only the first. */
export const isShown = picture => picture.width > 0 && picture.page === 1;
/* Another page is another picture. Like a part, it replaces a picture that was not sent yet. */
function choosePage(picture, page) {
  const name = picture.page > 1 ? picture.name.replace(/, page \d+$/, "") : picture.name,
    id = newId(),
    other = { ...picture, id, page, name: page > 1 ? `${name}, page ${page}` : name },
    at = now.shelf.indexOf(picture.id);
  try {
    if (at < 0) checkRoom(other);
  } catch (error) {
    redraw();
    return complain(error.message);
  }
  pictures.set(id, other);
  if (originals.has(picture.id)) originals.set(id, originals.get(picture.id));
  if (at < 0) now.shelf.push(id);
  else now.shelf[at] = id;
  now.chosen = id;
  keep();
  redraw();
  if (!touch) document.querySelector("figcaption input").focus();
}
export function pageChooser(picture) {
  if (picture.pages === 1) return "";
  const choose = event => {
    const page = Math.max(1, Math.min(Math.round(event.target.value) || 1, picture.pages || Infinity));
    if (page === picture.page) event.target.value = page;
    else choosePage(picture, page);
  };
  const input = el("input", { type: "number", min: 1, value: picture.page, onchange: choose });
  if (picture.pages) input.max = picture.pages;
  return el("label.page", "Page ", input, picture.pages ? ` of ${number(picture.pages)}` : "");
}
