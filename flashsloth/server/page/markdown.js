/* ---- Markdown as DOM nodes. Text is never parsed as HTML; links and pictures stay text. */
import { clean, el } from "./tools.js";

/* Every pattern takes time in proportion to the text, so that no answer can stop the page. */
const LIST = /^(\s*)([-*+]|\d{1,9}[.)])\s+([^]*)$/,
  QUOTE = /^\s{0,3}>\s?/,
  FENCE = /^\s{0,3}(`{3,}|~{3,})/,
  HEAD = /^(#{1,6})\s+([^]*)$/;
const RULE = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/,
  MARKS = /`+|\*+|_+|~~|\\[\\`*_{}[\]()#+\-.!|~>]/g;
const TAGS = { "**": "strong", __: "strong", "*": "em", _: "em", "~~": "s" };
const LONG_BLOCK = 6000,
  DEEP = 6;
const cellsOf = line =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map(cell => cell.trim());
const isTable = (line, next) =>
  line.includes("|") && next?.includes("-") && cellsOf(next).every(cell => /^:?-+:?$/.test(cell));
/* Return the mark for a run of characters: two or more of * or _ count as two. */
const emphasis = run => (/^[*_]/.test(run) ? run[0].repeat(run.length === 1 ? 1 : 2) : run);
/* Return a Map from each mark to the positions where it may end, the last one first. */
function closers(text) {
  const found = new Map(),
    add = (mark, at) => {
      if (!found.has(mark)) found.set(mark, []);
      found.get(mark).push(at);
    };
  for (const m of text.matchAll(/`+/g)) add(m[0], m.index);
  for (const m of text.matchAll(MARKS)) {
    const mark = emphasis(m[0]),
      end = m.index + m[0].length,
      single = mark === "*" || mark === "_";
    if (
      TAGS[mark] &&
      (single ? /[^\s*_]/ : /\S/).test(text[end - mark.length - 1] || " ") &&
      (mark === "~~" || !/\w/.test(text[end] || " "))
    )
      add(mark, end - mark.length);
  }
  for (const places of found.values()) places.reverse();
  return found;
}
function inline(node, text, depth = 0) {
  if (text.length > LONG_BLOCK || depth > DEEP) {
    node.append(text);
    return node;
  }
  const ends = closers(text),
    marks = new RegExp(MARKS);
  let from = 0;
  for (let m = marks.exec(text); m; m = marks.exec(text)) {
    const code = m[0][0] === "`",
      mark = emphasis(m[0]),
      begin = m.index + mark.length;
    let made = m[0][1] || "",
      next = marks.lastIndex;
    if (m[0][0] !== "\\") {
      if (
        !code &&
        ((mark !== "~~" && /\w/.test(text[m.index - 1] || " ")) ||
          (mark.length === 1 ? /[\s*_]/ : /\s/).test(text[begin] || " "))
      )
        continue;
      const places = ends.get(mark) || [];
      while (places.at(-1) <= begin) places.pop();
      if (!places.length) continue;
      const inside = text.slice(begin, places.at(-1));
      made = code ? el("code", inside) : inline(el(TAGS[mark]), inside, depth + 1);
      next = places.at(-1) + mark.length;
    }
    node.append(...[text.slice(from, m.index), made].filter(Boolean));
    from = marks.lastIndex = next;
  }
  if (from < text.length) node.append(text.slice(from));
  return node;
}
/* Split a text into blocks: pairs of a kind and its lines. */
function blocks(text) {
  const lines = text.split("\n"),
    found = [];
  const begins = line => FENCE.test(line) || HEAD.test(line) || QUOTE.test(line) || LIST.test(line) || RULE.test(line);
  for (let i = 0; i < lines.length; ) {
    const from = i,
      line = lines[i++];
    const until = test => {
      while (i < lines.length && test(lines[i])) i++;
    };
    let kind = "text";
    if (!line.trim()) continue;
    if (FENCE.test(line)) {
      const fence = line.match(FENCE)[1];
      until(each => !each.trim().startsWith(fence));
      i++;
      kind = "code";
    } else if (HEAD.test(line)) kind = "head";
    else if (RULE.test(line)) kind = "rule";
    else if (QUOTE.test(line)) {
      kind = "quote";
      until(each => QUOTE.test(each));
    } else if (LIST.test(line)) {
      kind = "list";
      const goesOn = line => LIST.test(line) || /^\s+\S/.test(line);
      until(each =>
        each.trim() ? goesOn(each) && (/^\s/.test(each) || !RULE.test(each)) : goesOn(lines[i + 1] || ""),
      );
    } else if (isTable(line, lines[i])) {
      kind = "table";
      until(each => each.includes("|"));
    } else until(each => each.trim() && !begins(each));
    found.push([kind, lines.slice(from, i)]);
  }
  return found;
}
const codeOf = lines =>
  lines
    .slice(1, lines.length > 1 && lines.at(-1).trim().startsWith(lines[0].match(FENCE)[1]) ? -1 : lines.length)
    .join("\n");
function block([kind, lines], depth) {
  const text = lines.join("\n");
  if (depth > DEEP) return el("p", text);
  if (kind === "code") return el("pre", { tabIndex: 0 }, el("code", codeOf(lines)));
  if (kind === "head") {
    const [, marks, words] = text.match(HEAD);
    let end = words.trimEnd().length;
    while (words[end - 1] === "#") end--;
    return inline(el(`h${Math.min(marks.length + 2, 5)}`), words.slice(0, end).trimEnd());
  }
  if (kind === "rule") return el("hr");
  if (kind === "quote")
    return el("blockquote", markdown(lines.map(line => line.replace(QUOTE, "")).join("\n"), depth + 1));
  if (kind === "list") return list(lines, depth);
  if (kind === "table") {
    const row = (line, tag) => el("tr", ...cellsOf(line).map(cell => inline(el(tag), cell))),
      body = lines.slice(2).map(line => row(line, "td"));
    return el("div.table", { tabIndex: 0 }, el("table", el("thead", row(lines[0], "th")), el("tbody", body)));
  }
  return inline(el("p"), text);
}
function list(lines, depth) {
  const [, indent, mark] = lines[0].match(LIST),
    ordered = /\d/.test(mark),
    items = [];
  for (const line of lines) {
    const m = line.match(LIST);
    if ((m && m[1].length < indent.length + 2) || !items.length) items.push([m ? m[3] : line]);
    else items.at(-1).push(line.replace(/^\s{1,4}/, ""));
  }
  const nodes = items.map(item =>
    el("li", [...inline(el("li"), item[0]).childNodes], markdown(item.slice(1).join("\n"), depth + 1)),
  );
  return ordered ? el("ol", { start: parseInt(mark, 10) }, nodes) : el("ul", nodes);
}
export const markdown = (text, depth = 0) => blocks(text).map(each => block(each, depth));
/* Draw an answer, but replace only the blocks that have changed since the last time. */
export function drawAnswer(view, text) {
  const found = blocks(clean(text));
  found.forEach((each, i) => {
    const key = each[0] + each[1].join("\n");
    if (view.keys[i] === key) return;
    const node = block(each, 0);
    if (view.answer.children[i]) view.answer.children[i].replaceWith(node);
    else view.answer.append(node);
    view.keys[i] = key;
  });
  while (view.answer.children.length > found.length) view.answer.lastChild.remove();
  view.keys.length = found.length;
}
