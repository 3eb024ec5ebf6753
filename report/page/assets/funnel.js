"use strict";
// The funnel: a band as wide as what is left, from which each step's losses turn off to the right.

const BAND = 64; // of 100, the width of all that came; the rest is room for what turns off

class Funnel {
  constructor(fates, choose) {
    this.fates = fates;
    this.choose = choose;
    this.unit = 0; // 0: documents, 1: tokens
    this.own = h("div", { class: "flow", id: "flow" });
    this.paper = h("div", { class: "flow paper" });
    this.note = h("p", { class: "fine" });
    const { unit } = fates.data;
    const names = ["documents", unit === "pretokens" ? "words" : unit];
    const toggle = h("div", { class: "toggle", role: "group", "aria-label": "What the funnel counts" },
      names.map((name, number) => h("button", { type: "button", "aria-pressed": String(number === 0), onclick: () => this.show(number) }, name)));
    this.buttons = [...toggle.children];
    section("funnel", "Funnel", "What was left after each step, and why the rest went.", toggle,
      h("div", { class: "funnels" },
        h("div", {}, h("h3", {}, "This run"), this.own, this.note),
        h("div", {}, h("h3", {}, "RefinedWeb, as published"), this.paper,
          h("p", { class: "fine" }, "Penedo et al. 2023, figure 2: shares of documents up to language identification, of tokens from there on."))));
    this.drawPaper();
    this.draw();
  }

  show(unit) {
    this.unit = unit;
    this.buttons.forEach((button, number) => button.setAttribute("aria-pressed", String(number === unit)));
    this.draw();
  }

  draw() {
    const { lines } = this.fates.data, { funnel } = this.fates, field = ["rows", "tokens"][this.unit];
    const totals = this.#totals(lines), rows = [];
    let stage = "", whole = totals[0];
    lines.forEach((line, number) => {
      if (line.begins) { whole = totals[number] || 1; }
      const now = funnel[number][field], then = line.kept[this.unit];
      if (this.unit && !then) return;
      const parts = this.#parts(line, funnel[number]);
      rows.push(this.#row(line, funnel[number], { stage: line.stage !== stage && line.stage, whole, now, then, parts }));
      stage = line.stage;
    });
    this.own.replaceChildren(...rows);
    const guessed = funnel.some((line) => line.estimated);
    this.note.textContent = guessed ? "≈ All pages together decide here, so only a run can tell: these lines are scaled by what comes to them." : "";
  }

  // What came, at each line where documents begin.
  #totals(lines) {
    let last = 0;
    return lines.map((line, number) => {
      if (line.begins || !number) {
        const gone = Object.values(line.dropped).reduce((sum, size) => sum + size[this.unit], 0);
        const failed = this.unit ? 0 : Object.values(line.quarantined).reduce((sum, n) => sum + n, 0);
        last = this.unit ? Math.max(...lines.map((each) => each.kept[1])) : line.kept[0] + gone + failed;
      }
      return last;
    });
  }

  #parts(line, now) {
    const dropped = [...now.dropped].map(([reason, size]) => ({ reason, size: size[this.unit], stage: line.stage, fate: "dropped" }));
    const failed = this.unit ? [] : Object.entries(line.quarantined).map(([reason, size]) => ({ reason, size, stage: line.stage, fate: "quarantined" }));
    return [...dropped, ...failed].filter((part) => part.size > 0.5).sort((a, b) => b.size - a.size);
  }

  #row(line, now, flow) {
    const share = flow.now / flow.whole, delta = flow.now - flow.then;
    const shown = flow.parts.slice(0, 6), rest = flow.parts.slice(6);
    const chips = (parts) => parts.map((part) => h("button", { type: "button", class: `chip ${part.fate}`, onclick: () => this.choose(part) },
      code(part.reason), " ", h("b", {}, this.unit ? short(part.size) : count(part.size))));
    const more = rest.length ? h("details", { class: "more" }, h("summary", {}, `${rest.length} more`), h("div", { class: "chips" }, chips(rest))) : "";
    return h("div", { class: `step${now.estimated ? " guess" : ""}`, "data-line": `${line.stage}/${line.step}` },
      h("div", { class: "band" }, band(flow)),
      h("div", { class: "said" },
        flow.stage ? h("span", { class: "stage" }, flow.stage) : "",
        h("span", { class: "name" }, line.step),
        h("span", { class: "left" }, h("b", { class: "rows" }, `${now.estimated ? "≈ " : ""}${this.unit ? short(flow.now) : count(flow.now)}`), " ",
          h("span", { class: "share" }, percent(share)),
          Math.abs(delta) >= 0.5 ? h("span", { class: `delta${delta < 0 ? " less" : ""}` }, ` ${delta > 0 ? "+" : "−"}${short(Math.abs(delta))}${now.error >= 0.5 && !this.unit ? ` ±${short(now.error)}` : ""}`) : ""),
        shown.length ? h("div", { class: "chips" }, chips(shown), more) : ""));
  }

  drawPaper() {
    let before = 1, stage = "";
    const rows = this.fates.data.published.map(([name, step, share]) => {
      const row = h("div", { class: "step" },
        h("div", { class: "band" }, band({ whole: 1, now: share, then: share, parts: [{ size: before - share }] })),
        h("div", { class: "said" }, name !== stage ? h("span", { class: "stage" }, name) : "", h("span", { class: "name" }, step),
          h("span", { class: "left" }, h("b", {}, percent(share)), " ", h("span", { class: "share" }, `−${percent((before - share) / before)}`))));
      before = share;
      stage = name;
      return row;
    });
    this.paper.replaceChildren(...rows);
  }
}

// One row of the band: the part that goes on (beside it what moved limits gain or lose), and a ribbon for each reason.
function band({ whole, now, then, parts }) {
  const x = (size) => (BAND * Math.max(size, 0)) / whole;
  const picture = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const least = Math.min(now, then), most = Math.max(now, then);
  if (most - least > 1e-9 * whole) picture.append(svg("path", { class: now > then ? "gained" : "lost", d: `M${x(least)} 0H${x(most)}V100H${x(least)}Z` }));
  picture.append(svg("path", { class: "kept", d: `M0 0H${x(least)}V100H0Z` }));
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  const room = Math.min(62, Math.max(3, (100 * total) / whole));
  let from = now + total, y = 18;
  parts.forEach((part, number) => {
    const to = from - part.size, end = y + (room * part.size) / total;
    if (part.size / total > 0.004) {
      picture.append(svg("path", { class: `drop shade${number % 3}`, d: `M${x(to)} 0H${x(from)}C${x(from)} ${y} ${x(from) + 6} ${y} 100 ${y}V${end}C${x(to) + 4} ${end} ${x(to)} ${end} ${x(to)} 0Z` }));
    }
    from = to;
    y = end;
  });
  return picture;
}
