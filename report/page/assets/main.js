"use strict";
// The page: everything is drawn once, and again when a limit moves.

const CROSSING = 40; // pages listed that change sides

function headline(data) {
  const came = data.lines.filter((line) => line.begins).reduce((sum, line) => sum + line.kept[0] + Object.values(line.dropped).reduce((all, size) => all + size[0], 0) + Object.values(line.quarantined).reduce((all, n) => all + n, 0), 0);
  const ends = data.strata.filter((s) => s.fate === "kept"), kept = ends.reduce((sum, s) => sum + s.rows, 0), tokens = ends.reduce((sum, s) => sum + s.tokens, 0);
  const failed = data.strata.filter((s) => s.fate === "quarantined").reduce((sum, s) => sum + s.rows, 0);
  const facts = [[short(kept), "pages kept"], [short(tokens), "words kept"], [short(came - kept - failed), "pages dropped"], [short(failed), "in quarantine"]];
  document.getElementById("main").append(h("section", { id: "top", class: "headline" },
    h("p", { class: "over" }, `${data.recipe || "a run"}  ${data.arguments.join("  ")}`),
    h("h1", {}, h("span", {}, `${plural(came, "page")} came in. `), h("span", { class: "accent" }, `${count(kept)} stayed`), h("span", {}, `, ${percent(kept / Math.max(came, 1))}.`)),
    h("dl", { class: "facts" }, facts.map(([number, name]) => h("div", {}, h("dt", {}, name), h("dd", {}, number))))));
}

class Moved {
  constructor(fates, reset) {
    this.fates = fates;
    this.element = document.getElementById("moved");
    this.said = h("p", { role: "status" });
    this.list = h("ul", { class: "crossing", hidden: true, tabindex: 0, "aria-label": "Pages that change sides" });
    this.toggle = h("button", { type: "button", "aria-expanded": "false", onclick: () => { this.list.hidden = !this.list.hidden; this.toggle.setAttribute("aria-expanded", String(!this.list.hidden)); this.draw(); } });
    this.command = h("div", {});
    this.element.append(this.list, h("div", { class: "row" }, this.said, this.toggle, h("button", { type: "button", onclick: reset }, "Reset")), this.command);
  }

  draw() {
    const { fates } = this, { data } = fates, moved = [...new Map(fates.moved.map((limit) => [limit.key, limit])).values()];
    this.element.hidden = !moved.length;
    if (!moved.length) return;
    const number = this.#end(), line = fates.funnel[number], was = data.lines[number].kept[0], delta = line.rows - was;
    const error = line.error >= 0.5 ? ` ± ${count(line.error)}` : "";
    this.said.replaceChildren(`${plural(moved.length, "limit")} moved. After ${data.lines[number].step}: `, h("b", {}, `${count(was)} → ${count(line.rows)}`), ` (${delta < 0 ? "−" : "+"}${count(Math.abs(delta))}${error})`);
    const changed = fates.changed(), crossing = changed.filter((page) => (fates.end[page] < 0) !== (fates.first[page] < 0) || fates.end[page] >= 0);
    const sides = crossing.filter((page) => fates.passes(page, fates.end[page], number) !== fates.passes(page, fates.first[page], number));
    this.toggle.textContent = `${plural(sides.reduce((sum, page) => sum + fates.weights[page], 0), "page changes", "pages change")} sides`;
    this.command.replaceChildren(copied(`mews whatif ${data.root} ${moved.map((limit) => `${limit.key}=${limit.bound ?? "none"}`).join(" ")}`));
    if (this.list.hidden) return;
    this.list.replaceChildren(...sides.slice(0, CROSSING).map((page) => h("li", {},
      h("span", { class: "sides" }, this.#fate(data.strata[data.columns.stratum[page]].reason), " → ", h("b", {}, this.#fate(fates.reason(page)))), address(data.urls[page]), h("p", {}, data.extracts[page]))));
  }

  // The last line that is known of those ways on which most changes: a run of several languages has several.
  #end() {
    const { fates } = this, { data } = fates;
    const ends = data.tracks.map((track) => track.filter((line) => !fates.funnel[line].estimated).at(-1)).filter((line) => line !== undefined);
    if (!ends.length) return data.lines.length - 1; // no page came
    const change = (line) => Math.abs(fates.funnel[line].rows - data.lines[line].kept[0]);
    return ends.reduce((best, line) => (change(line) > change(best) || (change(line) === change(best) && line > best) ? line : best));
  }

  #fate(reason) { return reason || "kept"; }
}

function theme() {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  document.getElementById("theme").addEventListener("click", () => {
    const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
  });
}

function follow() {
  const links = [...document.querySelectorAll("#nav a")];
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting) links.forEach((link) => link.classList.toggle("here", link.hash === `#${entry.target.id}`));
  }), { rootMargin: "-20% 0px -70% 0px" });
  for (const link of links) seen.observe(document.querySelector(link.hash));
}

function footer(data) {
  const [looked, all] = data.looked, sampled = data.strata.reduce((sum, s) => sum + s.sampled, 0), rows = data.strata.reduce((sum, s) => sum + s.rows, 0);
  const how = sampled >= rows ? "Every page of the run is counted." : `${count(sampled)} of ${count(rows)} pages are sampled, equally many of each reason, chosen by a hash of their ids in ${count(looked)} of ${count(all)} shards; ± is two standard errors.`;
  const followed = data.strata.reduce((sum, s) => sum + s.followed, 0), fewer = followed < sampled ? ` Limits are tried on ${count(followed)} of them.` : "";
  const pinned = data.pinned ? ` ${plural(data.pinned, "page")} could not be judged again, and keep their fate under other limits.` : "";
  document.getElementById("main").append(h("footer", { class: "end" }, h("p", {}, `${how}${fewer}${pinned}`), h("p", {}, `Mews ${data.version} · ${data.root}`)));
}

async function main() {
  const started = performance.now(), place = document.getElementById("main");
  theme();
  let data;
  try {
    data = await unpack(document.getElementById("payload").textContent.trim());
  } catch (error) {
    place.replaceChildren(h("p", {}, `This page cannot be read here: ${error.message}. It needs a browser of 2023 or later.`));
    return;
  }
  place.replaceChildren();
  const fates = new Fates(data);
  headline(data);
  remarks(data);
  const funnel = new Funnel(fates, (part) => samples.choose(part));
  const changed = () => {
    const began = performance.now();
    fates.run();
    funnel.draw();
    limits.draw();
    contents.draw();
    moved.draw();
    document.body.dataset.redrawn = (performance.now() - began).toFixed(1);
  };
  const limits = new Limits(fates, changed);
  const samples = new Samples(data, fates);
  const contents = new Contents(fates);
  duplicates(data);
  shards(data);
  cost(data);
  beside(data);
  footer(data);
  const moved = new Moved(fates, () => { fates.reset(); changed(); });
  follow();
  document.body.dataset.ready = (performance.now() - started).toFixed(0);
}

main();
