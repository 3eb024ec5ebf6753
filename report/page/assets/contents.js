"use strict";
// What came and what stayed, by domain, language and so on; counted on the sample under the limits as they stand.

const KINDS = [["domain", "Domains"], ["suffix", "Suffixes"], ["language", "Languages"], ["script", "Scripts"], ["length", "Lengths"], ["year", "Years"], ["month", "Months"], ["hour", "Hours"]];
const LENGTHS = [0, 1, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000, Infinity];
const ROWS = 25;

class Contents {
  constructor(fates) {
    this.fates = fates;
    this.kind = "domain";
    this.order = "all";
    this.table = h("div", { class: "scroll" });
    const tabs = h("div", { class: "toggle", role: "group", "aria-label": "By" }, KINDS.map(([name, title]) => h("button", { type: "button", "aria-pressed": String(name === this.kind), onclick: (event) => { this.kind = name; this.#press(tabs, event.target); this.draw(); } }, title)));
    const orders = h("div", { class: "toggle small", role: "group", "aria-label": "Order" }, [["all", "most pages"], ["gone", "most lost"], ["kept", "most kept"]].map(([name, title]) =>
      h("button", { type: "button", "aria-pressed": String(name === this.order), onclick: (event) => { this.order = name; this.#press(orders, event.target); this.draw(); } }, title)));
    section("contents", "Contents", "What came and what stayed. Counted on the sampled pages and scaled to all.", tabs, orders, this.table);
    this.draw();
  }

  #press(group, pressed) { [...group.children].forEach((button) => button.setAttribute("aria-pressed", String(button === pressed))); }

  #key() {
    const { columns, facts } = this.fates.data;
    if (this.kind !== "length") return [(i) => columns[this.kind][i], facts[this.kind]];
    const names = LENGTHS.slice(0, -1).map((from, n) => (n === 0 ? "no text" : LENGTHS[n + 1] === Infinity ? `${count(from)} and more` : n === 1 ? `under ${count(LENGTHS[2])}` : `${count(from)} to ${count(LENGTHS[n + 1])}`));
    return [(i) => LENGTHS.findIndex((edge, n) => columns.size[i] < (LENGTHS[n + 1] ?? Infinity)), names.map((name) => (name === "no text" ? name : `${name} characters`))];
  }

  draw() {
    const { fates } = this, [key, names] = this.#key(), all = new Float64Array(names.length), kept = new Float64Array(names.length), pages = new Uint32Array(names.length);
    const weights = fates.moved.length ? fates.weights : fates.rows;
    for (let i = 0; i < fates.size; i++) {
      const k = key(i);
      all[k] += weights[i];
      pages[k] += 1;
      if (fates.end[i] < 0) kept[k] += weights[i];
    }
    const rows = names.map((name, k) => ({ name, all: all[k], kept: kept[k], gone: all[k] - kept[k] })).filter((row) => row.all > 0);
    const ordered = ["length", "year", "month", "hour"].includes(this.kind) ? (this.kind === "length" ? rows : rows.sort((a, b) => a.name.localeCompare(b.name))) : rows.sort((a, b) => b[this.order] - a[this.order]);
    const shown = ordered.slice(0, ROWS), top = Math.max(...shown.map((row) => row.all), 1);
    this.table.replaceChildren(h("table", { class: "bars" }, h("caption", { class: "hidden" }, `Pages by ${this.kind}`),
      h("thead", {}, h("tr", {}, [this.kind, "pages", "kept", "share"].map((name, n) => h("th", { scope: "col", class: n ? "number" : "" }, name)), h("th", { scope: "col", class: "wide" }, h("span", { class: "hidden" }, "kept and dropped")))),
      h("tbody", {}, shown.map((row) => h("tr", {}, h("th", { scope: "row" }, row.name), h("td", { class: "number" }, count(row.all)), h("td", { class: "number" }, count(row.kept)), h("td", { class: "number" }, percent(row.kept / row.all, 0)),
        h("td", { class: "wide" }, h("span", { class: "pair", "aria-hidden": "true" }, h("i", { style: { width: `${(100 * row.kept) / top}%` } }), h("u", { style: { width: `${(100 * row.gone) / top}%` } }))))))),
      rows.length > ROWS ? h("p", { class: "fine" }, `${count(rows.length - ROWS)} more`) : "");
  }
}
