/* ---- the server and its model */
import { keep, now, redraw } from "./state.js";
import { $, clean, dotted, el, on, pause, prefs, say, tab } from "./tools.js";

let watching = false;
export function api(path, options = {}) {
  const headers = { ...options.headers, ...(options.body && { "Content-Type": "application/json" }) };
  if (tab.get("key")) headers.Authorization = `Bearer ${tab.get("key")}`;
  return fetch(path, { ...options, headers, credentials: "omit", cache: "no-store" });
}
export async function loadModel() {
  let response;
  try {
    response = await api("v1/models");
    while (response.status === 401 && (await askKey())) response = await api("v1/models");
    if (!response.ok) return showModel("no access", "gone");
    now.models = (await response.json()).data;
    now.states = new Map((await (await api("health")).json()).models.map(each => [each.model, each.status]));
  } catch {
    return watch();
  }
  $("models").replaceChildren(...now.models.map(({ id }) => el("option", { value: id }, clean(id))));
  $("models").hidden = now.models.length < 2;
  chooseModel(now.model);
  redraw();
}
/* Ask the model of this name from now on; the first one if the server has none of this name. */
export function chooseModel(name) {
  const model = now.models.find(each => each.id === name) || now.models[0];
  if (!model) return;
  Object.assign(now, { model: model.id, facts: model.flashsloth });
  $("models").value = model.id;
  showModel("", now.states.get(model.id));
  const { note } = now.facts;
  $("note").lastElementChild.textContent = note || "";
  $("note").hidden = !note || prefs.noted === note;
}
on("models", "change", event => {
  now.model = event.target.value;
  keep();
  loadModel(); // also asks which models are asleep now
});
export function showModel(words, state) {
  const { quant, dtype, device } = now.facts,
    how = `${(quant !== "none" && quant) || dtype || ""}${device ? ` on ${device}` : ""}`,
    name = $("models").hidden && clean(now.model); // else the list shows it
  $("model").className = state;
  $("model").textContent = words || dotted(name, how, state === "asleep" && "asleep, opens with the next question");
}
/* Wait until the server answers again. */
export async function watch() {
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
export function askKey() {
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
export const failed = problem => Object.assign(new Error(), { problem });
export async function problemOf(response) {
  let problem = { reason: `The server answered with status ${response.status}.` };
  try {
    problem = (await response.json()).error || problem;
  } catch {}
  return failed(problem);
}
