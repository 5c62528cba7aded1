/* ---- the end of the conversation stays in sight until the user scrolls up */
import { $, on } from "./tools.js";

const talk = $("talk");
let following = true,
  scrolled = 0;
export function toEnd() {
  following = true;
  talk.scrollTop = talk.scrollHeight;
  $("latest").hidden = true;
}
/* Scroll along unless the user has scrolled up. Return whether it did. */
export function follow() {
  if (following) toEnd();
  return following;
}
const sizes = new ResizeObserver(follow);
for (const id of ["talk", "turns"]) sizes.observe($(id));
on("latest", "click", toEnd);
on("talk", "scroll", () => {
  const atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60;
  following = atEnd || (following && talk.scrollTop >= scrolled);
  scrolled = talk.scrollTop;
  if (following) $("latest").hidden = true;
});
