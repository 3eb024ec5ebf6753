"use strict";
// What becomes of the sampled pages under other limits, and what that means for all pages.

class Fates {
  constructor(data) {
    this.data = data;
    const { stratum, tokens, track, stop, followed } = data.columns;
    this.size = stratum.length;
    this.lineCount = data.lines.length;
    const sums = data.strata.map(() => 0);
    stratum.forEach((s, i) => { sums[s] += tokens[i]; });
    // How many pages of the run each stands for: among all that are sampled, and among those that are followed, which
    // are the ones that other limits can move.
    this.rows = Float64Array.from(stratum, (s) => data.strata[s].rows / data.strata[s].sampled);
    this.weights = Float64Array.from(stratum, (s, i) => (followed[i] ? data.strata[s].rows / data.strata[s].followed : 0));
    this.tokens = Float64Array.from(stratum, (s, i) => (sums[s] ? (data.strata[s].tokens * tokens[i]) / sums[s] : 0));
    this.first = Int16Array.from(stratum, (s) => data.strata[s].line);
    this.meets = data.tracks.map((lines) => new Set(lines));
    // The pages that each gate judges: those that are followed, and only they take time when a limit moves.
    this.judged = data.gates.map((gate) => Int32Array.from(track.keys()).filter((i) =>
      followed[i] && this.meets[track[i]].has(gate.line) && !(stop[i] >= 0 && stop[i] < gate.line)));
    this.limits = [];
    data.gates.forEach((gate, number) => gate.limits.forEach((limit) => {
      const key = `${gate.filter}.${limit.name}`;
      this.limits.push({ ...limit, key, gate, gateNumber: number, was: limit.bound, values: data.columns[`value${limit.column}`] });
    }));
    this.firstBy = this.#judge();
    this.run();
  }

  get moved() { return this.limits.filter((limit) => limit.bound !== limit.was); }

  reset() { for (const limit of this.limits) limit.bound = limit.was; this.run(); }

  // The line at which each page ends now (`end`), the number of the limit that ends it (`by`, -1: another thing), how
  // many limits the page breaks (`breaks`), and the pages that another limit ends than in the run (`moves`).
  run() {
    this.by = this.#judge();
    this.end = Int16Array.from(this.first);
    this.moves = [];
    for (let i = 0; i < this.size; i++) {
      if (this.by[i] === this.firstBy[i]) continue;
      this.end[i] = this.by[i] < 0 ? this.data.columns.stop[i] : this.limits[this.by[i]].gate.line;
      this.moves.push(i);
    }
    this.funnel = this.#funnel();
  }

  // The first limit that each page breaks, -1 where it breaks none.
  #judge() {
    const by = new Int16Array(this.size).fill(-1);
    this.breaks = new Uint8Array(this.size);
    this.limits.forEach((limit, number) => {
      if (limit.bound === null) return;
      const { values } = limit, bound = Math.fround(limit.bound), judged = this.judged[limit.gateNumber];
      const most = limit.side === "most";
      for (let at = 0; at < judged.length; at++) {
        const i = judged[at];
        if (!(most ? values[i] > bound : values[i] < bound)) continue;
        this.breaks[i] += 1;
        if (by[i] < 0) by[i] = number;
      }
    });
    return by;
  }

  passes(page, end, line) { return this.meets[this.data.columns.track[page]].has(line) && (end < 0 || end > line); }

  reason(page) {
    const number = this.by[page];
    if (number === this.firstBy[page]) return this.data.strata[this.data.columns.stratum[page]].reason;
    if (number >= 0) return `${this.limits[number].gate.step}:${this.limits[number].reason}`;
    return this.end[page] < 0 ? "" : this.data.strata[this.data.columns.stratum[page]].reason;
  }

  // Whether nothing but one limit stands between a page and its being kept.
  alone(page) { return this.breaks[page] === 1 && this.data.columns.stop[page] < 0; }

  // The pages whose fate is another now.
  changed() { return this.moves.filter((page) => this.end[page] !== this.first[page]); }

  // Lines with rows and tokens as they would be, how sure that is (two standard errors), and dropped rows by reason.
  #funnel() {
    const lines = this.data.lines.map((line) => ({
      rows: line.kept[0], tokens: line.kept[1], error: 0, estimated: false,
      dropped: new Map(Object.entries(line.dropped).map(([reason, size]) => [reason, [...size]])),
    }));
    const crossing = lines.map(() => new Map());
    for (const page of this.moves) this.#move(page, lines, crossing);
    lines.forEach((line, number) => { line.error = 2 * Math.sqrt(this.#variance(crossing[number])); });
    this.#estimate(lines);
    return lines;
  }

  #move(page, lines, crossing) {
    const then = this.first[page], now = this.end[page], stratum = this.data.columns.stratum[page];
    if (then !== now) {
      for (const line of this.data.tracks[this.data.columns.track[page]]) {
        const sign = Number(this.passes(page, now, line)) - Number(this.passes(page, then, line));
        if (!sign) continue;
        lines[line].rows += sign * this.weights[page];
        lines[line].tokens += sign * this.tokens[page];
        crossing[line].set(stratum, (crossing[line].get(stratum) || 0) + 1);
      }
    }
    const before = this.data.strata[stratum], reason = this.reason(page);
    if (before.fate === "dropped") this.#count(lines[then], before.reason, -1, page);
    if (now >= 0) this.#count(lines[now], reason, 1, page);
  }

  #count(line, reason, sign, page) {
    const size = line.dropped.get(reason) || [0, 0];
    line.dropped.set(reason, [size[0] + sign * this.weights[page], size[1] + sign * this.tokens[page]]);
  }

  #variance(crossing) {
    let sum = 0;
    for (const [stratum, count] of crossing) {
      const { rows, followed } = this.data.strata[stratum], share = count / followed;
      sum += (rows * rows * share * (1 - share)) / followed * (1 - followed / rows);
    }
    return sum;
  }

  // Where all pages together decide, only a run can tell: the lines from there on are scaled by what comes to them.
  #estimate(lines) {
    const changed = new Set(this.moved.map((limit) => limit.gate.line));
    for (const track of this.data.tracks) {
      const from = track.findIndex((line) => changed.has(line));
      const at = from < 0 ? -1 : track.findIndex((line, place) => place > from && this.data.lines[line].verdict);
      if (at < 1) continue;
      const last = track[at - 1], was = this.data.lines[last].kept;
      const scale = (now, then) => (then ? now / then : 1);
      for (const line of track.slice(at)) {
        if (lines[line].estimated) continue;
        const factors = [scale(lines[last].rows, was[0]), scale(lines[last].tokens, was[1])];
        lines[line].rows = this.data.lines[line].kept[0] * factors[0];
        lines[line].tokens = this.data.lines[line].kept[1] * factors[1];
        lines[line].error = lines[last].error;
        lines[line].estimated = true;
      }
    }
  }
}
