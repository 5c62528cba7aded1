/* ---- pictures */
/* First bytes of files whose pages only the server counts, that a browser may not show, and the server reads. */
const KEEP_BYTES = 3e6,
  PAGED = /^(%PDF-|II[*+]\0|MM\0[*+])/,
  UNSEEN = /^(II[*+]\0|MM\0[*+]|.{4}ftyp|%PDF-|BM|.{4}jP {2}|\ufffdO\ufffdQ|qoif|P[1-6]\s|\0\0.\0)/s,
  KNOWN = /^(\ufffd\ufffd|.PNG\r|GIF8|RIFF|.{4}ftyp|BM|[IM]{2}|.{4}jP {2}|\ufffdO|\0\0.\0)/s;
/* id -> { id, name, width, height, bytes, url, sent, page, pages }. `sent` is the size after scaling, `pages` is 0
   until the server has counted them. */
const pictures = new Map();
const originals = new Map(); // id -> the file to cut parts from; a reload loses it
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
const newId = () => crypto.getRandomValues(new Uint32Array(2)).join("-");
async function readPicture(file) {
  const name = clean(file.name || "picture"),
    address = URL.createObjectURL(file),
    image = new Image();
  const head = await file
    .slice(0, 16)
    .text()
    .catch(() => "");
  const picture = {
    id: newId(),
    name,
    bytes: file.size,
    width: 0,
    height: 0,
    sent: null,
    page: 1,
    pages: PAGED.test(head) ? 0 : 1,
  };
  try {
    image.src = address;
    await image.decode();
    picture.width = image.naturalWidth;
    picture.height = image.naturalHeight;
    (await createImageBitmap(file, 0, 0, 1, 1)).close(); // this fails if the file is truncated
    const longest = Math.max(picture.width, picture.height),
      k = Math.round(longest / limitOf());
    if (!KNOWN.test(head)) throw new Error();
    if (k <= 1 || (file.size <= KEEP_BYTES && k <= 2)) picture.url = await asData(file);
    else {
      // Scale it to about 4 times what the model sees. JPEG would lose colours.
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
  const limits = model?.flashsloth.limits || { images: 16, body_bytes: 64e6 },
    used = inUse();
  if (used.length >= limits.images)
    throw new Error(
      `A conversation has at most ${counted(limits.images, "picture")}. Start a new one for ${picture.name}.`,
    );
  if (used.reduce((sum, id) => sum + pictures.get(id).url.length, picture.url.length) > 0.95 * limits.body_bytes)
    throw new Error(`${picture.name} is too large for this server beside the others.`);
}
async function addFiles(files) {
  complain("");
  reading += 1;
  drawComposer();
  for (const file of files) {
    try {
      const picture = await readPicture(file);
      checkRoom(picture);
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
/* Return a text about the size at which the model sees a picture. */
function seenAs(picture) {
  const facts = model?.flashsloth.picture;
  if (!facts || !picture.width) return "";
  const scale = facts.side / Math.max(picture.width, picture.height);
  const [w, h] =
    facts.aspect === "pad"
      ? [picture.width, picture.height].map(v => Math.max(1, Math.round(v * scale)))
      : [facts.side, facts.side];
  return `the model sees ${across(w, h)}`;
}
/* Return a warning if a picture, scaled down, loses letters of common size, else "". */
function lostLetters(picture) {
  const facts = model?.flashsloth.picture,
    times = facts ? Math.max(picture.width, picture.height) / facts.side : 0;
  if (!times || times < facts.strong) return "";
  const high = Math.ceil(facts.letters * times);
  const fits = high <= Math.min(picture.width, picture.height);
  return `${fits ? `letters under ${number(high)} pixels` : "its letters"} ${facts.measured ? "are not read reliably" : "cannot be read"}`;
}
/* Whether the browser can show a picture. Of several pages it shows only the first. */
const isShown = picture => picture.width > 0 && picture.page === 1;
/* Another page is another picture. Like a part, it replaces a picture that was not sent yet. */
function choosePage(picture, page) {
  const name = picture.page > 1 ? picture.name.replace(/, page \d+$/, "") : picture.name,
    id = newId(),
    other = { ...picture, id, page, name: page > 1 ? `${name}, page ${page}` : name },
    at = shelf.indexOf(picture.id);
  try {
    if (at < 0) checkRoom(other);
  } catch (error) {
    draw();
    return complain(error.message);
  }
  pictures.set(id, other);
  if (originals.has(picture.id)) originals.set(id, originals.get(picture.id));
  if (at < 0) shelf.push(id);
  else shelf[at] = id;
  chosen = id;
  keep();
  draw();
  if (!touch) document.querySelector("figcaption input").focus();
}
function pageChooser(picture) {
  if (picture.pages === 1) return "";
  const choose = event => {
    const page = Math.max(1, Math.min(Math.round(event.target.value) || 1, picture.pages || Infinity));
    if (page === picture.page) event.target.value = page;
    else choosePage(picture, page);
  };
  const input = el("input", { type: "number", min: 1, value: picture.page, onchange: choose });
  if (picture.pages) input.max = picture.pages;
  return el("label", { class: "page" }, "Page ", input, picture.pages ? ` of ${number(picture.pages)}` : "");
}
const dimensions = picture => (picture.width ? across(picture.width, picture.height) : "size unknown");
function thumbnail(picture) {
  if (isShown(picture)) return el("img", { src: picture.url, alt: "" });
  return picture.page > 1 ? `page ${picture.page}` : picture.name.split(".").pop().slice(0, 8);
}
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
  return el("button", { ...props, "aria-label": `Show ${picture.name}`, title: picture.name }, thumbnail(picture));
}

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
on("camera", "click", () => $("photo").click());

/* ---- a part of a picture */
const whole = $("uncropped");
let area = null, // in pixels of the whole picture: { x, y, w, h }
  cropped = "", // the id of the picture
  corner = null; // where the dragging began
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
  shelf = shelf.filter(each => each !== id); // the part replaces the whole picture, which was not sent yet
  keep();
  draw();
});
on("cropping", "close", () => {
  if (whole.src.startsWith("blob:")) URL.revokeObjectURL(whole.src);
  whole.removeAttribute("src");
});
