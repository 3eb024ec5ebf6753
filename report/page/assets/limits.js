"use strict";
// Every limit of every filter: what was measured, and where the line is drawn. Moving one moves everything.

const BINS = 56, STEPS = 1000;

// How a value maps to a place between 0 and 1, and back; logarithmic where values spread over orders of magnitude.
function scaleOf(limit, seen) {
  const sorted = Float64Array.from(seen, (i) => limit.values[i]).filter((x) => !Number.isNaN(x)).sort();
  if (!sorted.length) return null;
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const whole = sorted.every(Number.isInteger), low = Math.min(sorted[0], limit.was ?? sorted[0]);
  const bound = limit.was ?? 0, most = Math.max(at(0.999), bound), high = most > low ? most : sorted.at(-1);
  const top = high <= 1 ? Math.min(1, Math.max(high, 2 * bound)) : high;
  const logarithmic = low >= 0 && top > 50 && top > 20 * (at(0.5) + 1) || (whole && top > 1000);
  const go = logarithmic ? Math.log1p : (x) => x, back = logarithmic ? Math.expm1 : (x) => x;
  const [a, b] = [go(Math.min(low, top <= 1 ? 0 : low)), go(top)];
  return {
    flat: sorted[0] === sorted.at(-1) && (limit.was === null || a === b),
    place: (x) => Math.max(0, Math.min(1, (go(x) - a) / (b - a || 1))),
    value: (place) => {
      const x = back(a + place * (b - a));
      return whole ? Math.round(x) : Number(x.toPrecision(3));
    },
    ends: [back(a), top],
    beyond: sorted.at(-1) > top,
    middle: at(0.5),
  };
}

class LimitCard {
  constructor(fates, number, changed) {
    this.fates = fates;
    this.limit = fates.limits[number];
    this.number = number;
    this.judged = fates.judged[this.limit.gateNumber];
    this.scale = scaleOf(this.limit, this.judged.filter((i) => this.#comes(i)));
    this.bins = this.scale && Uint8Array.from(this.limit.values, (x) => Math.min(BINS - 1, Math.floor(this.scale.place(x) * BINS)));
    this.changed = changed;
    this.element = this.#build();
    this.draw(true);
  }

  #comes(page) {
    const { end } = this.fates, { line } = this.limit.gate;
    return end[page] < 0 || end[page] >= line;
  }

  #build() {
    const { limit, scale } = this, sign = limit.side === "most" ? "≤" : "≥";
    const first = this.fates.limits.find((each) => each.key === limit.key) === limit; // a filter may stand in several stages
    const id = first ? `limit-${limit.key}` : `limit-${this.number}-${limit.key}`, title = h("h4", {}, limit.name, limit.reason === limit.value ? "" : h("span", { class: "reason" }, limit.reason));
    const movable = limit.gate.movable && scale;
    this.input = h("input", { type: "number", step: "any", id, value: limit.bound ?? "", placeholder: "off", disabled: !movable,
      "aria-label": `${limit.key}: at ${limit.side}` });
    this.input.addEventListener("input", () => this.#set(this.input.value === "" ? null : Number(this.input.value)));
    this.undo = h("button", { type: "button", class: "undo", title: "As it was", "aria-label": `${limit.key} as it was`, onclick: () => this.#set(limit.was) }, "↺");
    const head = h("div", { class: "head" }, title, h("label", { class: "bound", for: id }, sign), this.input, this.undo);
    this.foot = h("p", { class: "foot" });
    this.card = h("div", { class: "card", "data-limit": limit.key }, head);
    if (scale && !scale.flat) this.card.append(...this.#plot(movable));
    this.card.append(this.foot);
    return this.card;
  }

  #plot(movable) {
    this.paths = ["kept", "other", "here"].map((name) => svg("path", { class: name }));
    this.line = h("span", { class: "line" });
    this.was = h("span", { class: "line was", style: { left: `${100 * this.scale.place(this.limit.was ?? this.scale.ends[1])}%` }, hidden: this.limit.was === null });
    const picture = svg("svg", { viewBox: `0 0 ${BINS} 100`, preserveAspectRatio: "none", role: "img", "aria-label": `What was measured: ${this.limit.key}` }, ...this.paths);
    const parts = [h("div", { class: "plot" }, picture, this.was, this.line)];
    if (movable) {
      this.range = h("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": `Move ${this.limit.key}` });
      this.range.addEventListener("input", () => {
        const bound = Number(this.range.value) === this.#step(this.limit.was) ? this.limit.was : this.scale.value(this.range.value / STEPS);
        this.input.value = bound ?? "";
        this.#set(bound, true);
      });
      parts.push(this.range);
    }
    parts.push(h("div", { class: "axis" }, h("span", {}, value(Number(this.scale.ends[0].toPrecision(3)))), h("span", {}, `median ${value(Number(this.scale.middle.toPrecision(3)))}`), h("span", {}, value(Number(this.scale.ends[1].toPrecision(3))) + (this.scale.beyond ? " and more" : ""))));
    return parts;
  }

  #step(bound) { return bound === null ? (this.limit.side === "most" ? STEPS : 0) : Math.round(STEPS * this.scale.place(bound)); }

  #set(bound, dragged = false) {
    if (Number.isNaN(bound)) return;
    for (const limit of this.fates.limits) if (limit.key === this.limit.key) limit.bound = bound;
    if (!dragged && this.range) this.range.value = this.#step(bound);
    this.changed();
  }

  // Bring the fields up to date, but for the one that a person has in hand.
  sync() {
    const put = (field, to) => { if (document.activeElement !== field && field.value !== String(to)) field.value = to; };
    put(this.input, this.limit.bound ?? "");
    if (this.range) put(this.range, this.#step(this.limit.bound));
  }

  draw(first = false) {
    const { limit, fates } = this, heights = [new Float64Array(BINS), new Float64Array(BINS), new Float64Array(BINS)];
    let here = 0, alone = 0;
    for (let at = 0; at < this.judged.length; at++) {
      const i = this.judged[at];
      if (!this.#comes(i)) continue;
      const kind = fates.by[i] === this.number ? 2 : fates.end[i] < 0 ? 0 : 1;
      if (kind === 2) { here += fates.weights[i]; alone += fates.alone(i) ? fates.weights[i] : 0; }
      if (this.bins && !Number.isNaN(limit.values[i])) heights[kind][this.bins[i]] += fates.weights[i];
    }
    if (this.paths) this.#bars(heights);
    const moved = limit.bound !== limit.was;
    this.card.classList.toggle("moved", moved);
    this.undo.hidden = !moved;
    if (first) {
      this.before = here;
      this.sync();
    }
    const note = !this.scale ? "Nothing was measured." : this.scale.flat && here < 0.5 ? `all have ${value(this.scale.middle)}` : "";
    const delta = Math.round(here - this.before);
    this.foot.replaceChildren(h("b", {}, count(here)), ` dropped here${delta ? ` (${delta > 0 ? "+" : "−"}${count(Math.abs(delta))})` : ""}`, here >= 0.5 && limit.gate.movable ? `, ${count(alone)} by this alone` : "", note ? h("span", { class: "note" }, note) : "");
  }

  // Heights go by the square root, so that a bin of one page can be seen beside one of a thousand.
  #bars(heights) {
    const totals = heights[0].map((kept, bin) => kept + heights[1][bin] + heights[2][bin]), top = Math.sqrt(Math.max(...totals, 1));
    const drawn = ["", "", ""];
    for (let bin = 0; bin < BINS; bin++) {
      let y = 100;
      heights.forEach((each, kind) => {
        if (!each[bin]) return;
        const height = Math.max(1.2, (100 * Math.sqrt(totals[bin]) / top) * (each[bin] / totals[bin]));
        drawn[kind] += `M${bin + 0.06} ${y}h0.88v${-height}h-0.88z`;
        y -= height;
      });
    }
    this.paths.forEach((path, kind) => path.setAttribute("d", drawn[kind]));
    const { bound } = this.limit;
    this.line.hidden = bound === null;
    if (bound !== null) this.line.style.left = `${100 * this.scale.place(bound)}%`;
  }
}

class Limits {
  constructor(fates, changed) {
    this.fates = fates;
    const legend = h("p", { class: "legend" }, h("i", { class: "kept" }), "kept in the end", h("i", { class: "here" }), "dropped by this limit", h("i", { class: "other" }), "dropped by another rule");
    const element = section("limits", "Limits", fates.limits.length ? "What every rule measured, and where its line is drawn. Move one: the funnel, the lists and the tables follow at once." :
      "The recipe of this run cannot be loaded here, so its limits are not known.", fates.limits.length ? legend : "");
    this.cards = [];
    fates.data.gates.forEach((gate, place) => {
      const numbers = fates.limits.map((limit, number) => (limit.gateNumber === place ? number : -1)).filter((number) => number >= 0);
      const cards = numbers.map((number) => new LimitCard(fates, number, changed));
      this.cards.push(...cards);
      const line = fates.data.lines[gate.line], lost = Object.values(line.dropped).reduce((sum, size) => sum + size[0], 0);
      element.append(h("h3", { class: "filter" }, gate.filter, h("span", {}, ` in ${gate.stage}: ${count(lost)} dropped of ${count(lost + line.kept[0])}`)), gate.movable ? "" : h("p", { class: "fine" }, "Pages are judged here before their text is stored: to try another bound, run the recipe."),
        h("div", { class: `cards${cards.some((card) => card.paths) ? "" : " plain"}` }, cards.map((card) => card.element)));
    });
    const near = new IntersectionObserver((entries) => entries.forEach((entry) => {
      const card = this.cards.find((each) => each.element === entry.target);
      card.visible = entry.isIntersecting;
      if (card.visible && card.stale) { card.stale = false; card.draw(); }
    }), { rootMargin: "200px" });
    this.cards.forEach((card) => near.observe(card.element));
  }

  draw() {
    for (const card of this.cards) {
      card.sync();
      if (card.visible) card.draw();
      else card.stale = true;
    }
  }
}
