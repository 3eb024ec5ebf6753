"use strict";
// Elements made of tags and texts. Nothing here reads text as HTML.

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, each] of Object.entries(value)) element.style.setProperty(key, each);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const GROUPED = new Intl.NumberFormat("en-US"); // made once: toLocaleString makes one each time
const count = (number) => GROUPED.format(Math.round(number));
const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)}%`;
const plural = (number, one, many = `${one}s`) => `${count(number)} ${Math.round(number) === 1 ? one : many}`;

// A reason without the name of the step that gave it: "short" of "gopher.quality:short".
const code = (reason) => reason.slice(reason.indexOf(":") + 1);

function short(number) {
  const [scale, unit] = number >= 1e12 ? [1e12, "T"] : number >= 1e9 ? [1e9, "B"] : number >= 1e6 ? [1e6, "M"] : [1e3, "K"];
  if (number < 1e4) return count(number);
  return `${(number / scale).toFixed(number / scale < 10 ? 2 : number / scale < 100 ? 1 : 0)}${unit}`;
}

function value(number) {
  if (number === null) return "off";
  if (Number.isInteger(number)) return count(number);
  const digits = Math.abs(number) >= 100 ? 1 : Math.abs(number) >= 1 ? 2 : 4;
  return String(Number(number.toFixed(digits)));
}

function bytes(number) {
  for (const [scale, unit] of [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]]) {
    if (number >= scale) return `${(number / scale).toFixed(1)} ${unit}`;
  }
  return `${count(number)} B`;
}

function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

// Only web addresses become links, and they tell nobody where they were followed.
function address(url, parts = [url]) {
  const shown = marked(parts);
  if (!/^https?:\/\/[^\s[]/i.test(url)) return h("span", { class: "url" }, shown);
  return link(url, shown);
}

const link = (url, shown) => h("a", { class: "url", href: url, rel: "noopener noreferrer nofollow", target: "_blank" }, shown);

// Pieces that are plain and marked by turns.
const marked = (parts) => parts.map((text, place) => (place % 2 ? h("mark", {}, text) : text));

const CHANGES = ["span", "del", "ins"];
const edited = (changes) => changes.map(([kind, text]) => h(CHANGES[kind], {}, text));

function section(id, title, lead, ...children) {
  const element = h("section", { id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title), lead ? h("p", { class: "lead" }, lead) : "", ...children);
  document.getElementById("main").append(element);
  document.getElementById("nav").append(h("a", { href: `#${id}` }, title));
  return element;
}

function copied(text) {
  const button = h("button", { type: "button", class: "copy", title: "Copy" }, h("code", {}, text));
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(text).catch(() => {});
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 900);
  });
  return button;
}
