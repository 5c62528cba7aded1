/* ---- a part of a picture */
import { addFiles } from "./pictures.js";
import { keep, now, originals, pictures, redraw } from "./state.js";
import { $, complain, el, on } from "./tools.js";

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
export async function chooseArea(picture) {
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
    count = now.shelf.length;
  $("cropping").close();
  if (!blob) return complain(`That part of ${name} is too large for this browser.`);
  await addFiles([new File([blob], `part of ${name.replace(/^part of /, "")}`, { type: "image/png" })]);
  if (now.shelf.length === count || !now.shelf.includes(id)) return;
  now.shelf = now.shelf.filter(each => each !== id); // the part replaces the whole picture, which was not sent yet
  keep();
  redraw();
});
on("cropping", "close", () => {
  if (whole.src.startsWith("blob:")) URL.revokeObjectURL(whole.src);
  whole.removeAttribute("src");
});
