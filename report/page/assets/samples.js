"use strict";
// Pages of every reason with what the rule objected to, and texts before and after each edit.

class Samples {
  constructor(data, fates) {
    this.data = data;
    this.fates = fates;
    this.groups = this.#groups();
    this.list = h("div", { class: "reasons", role: "group", "aria-label": "Reasons" });
    this.select = h("select", { "aria-label": "Reason", onchange: () => this.show(Number(this.select.value)) });
    this.pages = h("div", { class: "pages", "aria-live": "polite" });
    this.groups.forEach((group, number) => {
      if (group.heading !== this.groups[number - 1]?.heading) this.list.append(h("h3", {}, group.heading));
      this.list.append(h("button", { type: "button", onclick: () => this.show(number) }, h("span", {}, group.name), h("b", {}, group.total === null ? "" : count(group.total))));
      this.select.append(h("option", { value: number }, `${group.heading}: ${group.name}${group.total === null ? "" : ` (${count(group.total)})`}`));
    });
    section("pages", "Pages", "Twenty pages of each reason, chosen by a hash of their ids. What the rule objected to is marked.",
      h("div", { class: "browser" }, h("div", { class: "side" }, this.select, this.list), this.pages));
    if (this.groups.length) this.show(this.#first());
  }

  #groups() {
    const byStratum = this.data.strata.map(() => []);
    for (const page of Object.keys(this.data.details).map(Number)) byStratum[this.data.columns.stratum[page]].push(page);
    const bare = (page) => Number(!this.data.details[page].visible); // those with what their HTML shows come first
    for (const pages of byStratum) pages.sort((a, b) => bare(a) - bare(b) || a - b);
    const name = (s) => (s.fate === "kept" ? "kept" : code(s.reason));
    const heading = (s) => (s.fate === "kept" ? `${s.stage}, at the end` : s.fate === "quarantined" ? `quarantined in ${s.stage}${s.line < 0 ? "" : `, ${this.data.lines[s.line].step}`}` : s.line < 0 ? s.stage : this.data.lines[s.line].step);
    const strata = this.data.strata.map((s, number) => ({ heading: heading(s), name: name(s), total: s.rows, stratum: s, pages: byStratum[number], line: s.line < 0 ? 1e6 : s.line, fate: s.fate }));
    strata.sort((a, b) => a.line - b.line || a.fate.localeCompare(b.fate) || b.total - a.total);
    const edits = Object.entries(this.data.edits).map(([stage, pages]) => ({ heading: "edited texts", name: stage, total: null, edits: pages }));
    return [...strata, ...edits];
  }

  // What is shown at first: the largest group that the last filters dropped.
  #first() {
    const stage = this.data.gates.at(-1)?.stage, size = (group) => (group.fate === "dropped" && group.stratum.stage === stage ? group.total : 0);
    return this.groups.reduce((best, group, number) => (size(group) > size(this.groups[best]) ? number : best), 0);
  }

  choose({ stage, reason, fate }) {
    const number = this.groups.findIndex((group) => group.stratum && group.stratum.stage === stage && group.stratum.reason === reason && group.fate === fate);
    if (number >= 0) this.show(number);
    document.getElementById("pages").scrollIntoView();
  }

  show(number) {
    const group = this.groups[number];
    [...this.list.querySelectorAll("button")].forEach((button, place) => button.setAttribute("aria-pressed", String(place === number)));
    this.select.value = number;
    const cards = group.edits ? group.edits.map((page) => this.#edit(page)) : group.pages.map((page) => this.#page(page, group));
    const missing = group.total && !cards.length ? h("p", {}, "No page of this reason was kept for looking at: the recipe's rejects= decides.") : "";
    this.pages.replaceChildren(h("h3", {}, group.name, h("span", {}, group.total === null ? ` ${plural(cards.length, "page")}` : ` ${count(cards.length)} of ${plural(group.total, "page")}`)), missing, ...cards);
    this.pages.scrollTop = 0;
  }

  #page(page, group) {
    const detail = this.data.details[page], { columns, facts } = this.data;
    const [language, score] = detail.language;
    const meta = [
      language && `${language} ${score}`,
      columns.size[page] && plural(columns.size[page], "character"),
      detail.time && detail.time.slice(0, 16),
    ].filter(Boolean).join(" · ");
    return h("article", { class: "page" },
      h("header", {}, address(this.data.urls[page], detail.url), h("p", { class: "meta" }, meta)),
      this.#measured(page, group, detail),
      detail.error ? h("p", { class: "error" }, detail.error) : "",
      detail.copy ? h("p", { class: "meta" }, "a copy of ", copied(detail.copy)) : "",
      this.#texts(detail, columns.size[page] ? text(detail.text) : h("p", { class: "meta" }, "No text: it was judged by its address, or could not be read.")),
      h("footer", {}, record(detail.record), copied(detail.id)));
  }

  // The extracted text, and beside it all that the HTML shows, if that was read.
  #texts(detail, extracted) {
    if (detail.unseen) return [extracted, h("p", { class: "meta" }, `What the HTML shows cannot be told: ${detail.unseen}.`)];
    if (!detail.visible) return extracted;
    return h("div", { class: "beside" }, h("div", {}, h("h4", {}, "Extracted text"), extracted),
      h("div", {}, h("h4", {}, "All that the HTML shows; what is not in the text is grey"), h("div", { class: "text folded", dir: "auto", tabindex: 0, role: "group", "aria-label": "All that the HTML of the page shows" },
        detail.visible.map((part, number) => (number % 2 ? part : h("span", { class: "left-out" }, part))))));
  }

  // The value that decided, beside its limit; the other values of the filter folded away.
  #measured(page, group, detail) {
    const limits = this.fates.limits.filter((limit) => limit.gate.line === group.line && group.fate === "dropped");
    const rows = limits.map((limit) => ({ limit, x: limit.values[page] })).filter(({ limit, x }) => !Number.isNaN(x) && limit.was !== null);
    if (!rows.length) return detail.measured ? h("p", { class: "meta" }, detail.measured) : "";
    const breaks = ({ limit, x }) => (limit.side === "most" ? x > Math.fround(limit.was) : x < Math.fround(limit.was));
    const broken = rows.find(breaks), rest = rows.filter((row) => row !== broken);
    const told = ({ limit, x }) => `${limit.value} ${value(x)} (at ${limit.side} ${value(limit.was)})`;
    return h("div", { class: "measured" }, broken ? gauge(broken) : "",
      rest.length ? h("details", {}, h("summary", {}, plural(rest.length, "other value")), h("ul", {}, rest.map((row) => h("li", { class: breaks(row) ? "broken" : "" }, told(row))))) : "");
  }

  #edit(page) {
    return h("article", { class: "page" }, h("header", {}, address(page.url)),
      page.changes ? h("div", { class: "text", dir: "auto" }, edited(page.changes)) : text(page.text), h("footer", {}, copied(page.id)));
  }
}

// The place of a page in its WARC file: a link to the file, and the command that prints the record.
function record({ told, address, command }) {
  if (!told) return "";
  return [/^(https?|file):\/\//.test(address) ? link(address, told) : h("span", {}, told), command ? copied(command) : ""];
}

function gauge({ limit, x }) {
  const top = Math.max(x, limit.was) * 1.15 || 1;
  return h("div", { class: "gauge" }, h("span", {}, limit.value, " ", h("b", {}, value(x)), limit.side === "most" ? " over " : " under ", value(limit.was)),
    h("span", { class: "bar", "aria-hidden": "true" }, h("i", { style: { width: `${(100 * x) / top}%` } }), h("u", { style: { left: `${(100 * limit.was) / top}%` } })));
}

function text(parts) {
  const box = h("div", { class: "text folded", dir: "auto", tabindex: 0, role: "group", "aria-label": "Text of the page" }, marked(parts));
  return box;
}
