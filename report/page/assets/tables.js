"use strict";
// Remarks, duplicates, shards, private data, time, and another run beside this one.

function remarks(data) {
  if (!data.remarks.length) return;
  document.getElementById("main").append(h("section", { id: "remarks", "aria-label": "Remarks" }, h("ul", { class: "remarks" }, data.remarks.map(([kind, said]) => h("li", { class: kind }, h("b", {}, kind === "bad" ? "Attention" : "Worth a look"), said)))));
}

function table(caption, head, rows, numbers = 1) {
  const body = h("tbody", {}), heads = head.map((name, column) => {
    const button = h("button", { type: "button" }, name);
    button.addEventListener("click", () => sort(column));
    return h("th", { scope: "col", class: column >= numbers ? "number" : "" }, button);
  });
  let by = -1, down = true;
  const fill = (ordered) => body.replaceChildren(...ordered.map((row) => h("tr", {}, row.map((cell, column) => h(column ? "td" : "th", column ? { class: column >= numbers ? "number" : "" } : { scope: "row" }, cell.shown ?? cell)))));
  function sort(column) {
    down = by === column ? !down : true;
    by = column;
    const key = (row) => row[column].by ?? row[column];
    const ordered = [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (down ? -1 : 1));
    heads.forEach((each, place) => each.setAttribute("aria-sort", place === column ? (down ? "descending" : "ascending") : "none"));
    fill(ordered);
  }
  fill(rows);
  return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": caption }, h("table", {}, h("caption", { class: "hidden" }, caption), h("thead", {}, h("tr", {}, heads)), body));
}

const cell = (by, shown) => ({ by, shown });

function bars(rows, tell = count) {
  const top = Math.max(...rows.map(([, number]) => number), 1e-9);
  return h("div", { class: "list" }, rows.map(([name, number, note]) => h("div", {}, h("span", {}, name), h("span", { class: "bar", "aria-hidden": "true" }, h("i", { style: { width: `${(100 * number) / top}%` } })), h("b", {}, tell(number)), note ? h("small", {}, note) : "")));
}

function duplicates(data) {
  if (!data.duplicates.length) return;
  const element = section("duplicates", "Duplicates", "Families of pages that are taken for copies of each other; of each, one is kept.");
  for (const each of data.duplicates) {
    const dropped = each.sizes.reduce((sum, [size, families]) => sum + families * (size - 1), 0);
    const refused = each.alike.filter((share) => share < each.refusedBelow).length;
    const groups = [[2, 2], [3, 4], [5, 8], [9, 16], [17, 64], [65, 512], [513, Infinity]];
    const sizes = groups.map(([from, to]) => [from === to ? `${from} pages` : to === Infinity ? `over ${from - 1}` : `${from} to ${to}`, each.sizes.filter(([size]) => size >= from && size <= to).reduce((sum, [, n]) => sum + n, 0)]).filter(([, n]) => n);
    const tenths = Array.from({ length: 10 }, (_, n) => [`${n * 10} to ${n * 10 + 10}%`, each.alike.filter((share) => Math.min(9, Math.floor(share * 10)) === n).length]);
    element.append(h("h3", { class: "filter" }, each.stage, h("span", {}, ` ${plural(each.families, "family", "families")}, ${plural(dropped, "copy", "copies")} dropped`)),
      h("div", { class: "halves" },
        h("div", {}, h("h4", {}, "Families by size"), bars(sizes)),
        each.alike.length ? h("div", {}, h("h4", {}, "What copies have in common with the page that is kept"), bars(tenths.reverse()), h("p", { class: "fine" }, `Runs of five words, ${plural(each.alike.length, "pair")} compared. A check of the texts that asks for ${percent(each.refusedBelow, 0)} would refuse ${count(refused)} of them (${percent(refused / each.alike.length, 0)}).`)) : "",
        each.hosts.length ? h("div", {}, h("h4", {}, "Hosts that lose most"), table(`Hosts that lose most in ${each.stage}`, ["host", "pages", "lost", "share", "refused"], each.hosts.map(([host, pages, lost, compared, refused]) => [host, cell(pages, count(pages)), cell(lost, count(lost)), cell(lost / pages, percent(lost / pages, 0)),
          cell(compared ? refused / compared : -1, compared ? h("span", { class: refused > compared / 2 ? "odd" : "", title: `${count(refused)} of ${count(compared)} compared` }, percent(refused / compared, 0)) : "")])), h("p", { class: "fine" }, `Refused: the share of what a host lost, of up to 15 pages compared, that a check of the texts would have kept.`)) : ""),
      h("h4", {}, "The largest families"), ...each.largest.map(family));
  }
}

function family(each) {
  return h("details", { class: "family" }, h("summary", {}, h("b", {}, plural(each.size, "page")), " ", h("span", { class: "url" }, each.url || "kept by an earlier run")),
    h("p", { class: "meta" }, "kept ", address(each.url)), h("div", { class: "text folded", dir: "auto", tabindex: 0, role: "group", "aria-label": "Kept text" }, each.text),
    each.others.map((other) => h("div", {}, h("p", { class: "meta" }, `${percent(other.alike, 0)} in common `, address(other.url)), differs(other.changes))));
}

function differs(changes) {
  if (changes.every(([kind]) => kind === 0)) return h("p", { class: "fine" }, "The same text.");
  return h("div", { class: "text folded", dir: "auto", tabindex: 0, role: "group", "aria-label": "What differs" }, edited(changes));
}

function shards(data) {
  const { rows, why } = data.shards;
  const lead = data.shards.shards < 5 ? "Each file of the crawl, from first to last." : data.shards.odd ? `${plural(data.shards.odd, "shard is", "shards are")} unlike the others; these stand on top.` : "None is unlike the others.";
  section("shards", "Shards", lead, table("Shards", ["shard", "odd", "pages", "kept", "share", "tokens", "size", "compression", "time"], rows.map(([name, pages, kept, tokens, size, memory, seconds], n) =>
    [cell(name, h("code", {}, name)), cell(why[n], h("span", { class: "odd" }, why[n])), cell(pages, count(pages)), cell(kept, count(kept)), cell(kept / Math.max(pages, 1), percent(kept / Math.max(pages, 1))), cell(tokens, short(tokens)), cell(size, bytes(size)), cell(memory / Math.max(size, 1), memory && size ? `${(memory / size).toFixed(2)}×` : ""), cell(seconds, duration(seconds))]), 2),
    rows.length < data.shards.shards ? h("p", { class: "fine" }, `${count(rows.length)} of ${count(data.shards.shards)} shards are shown.`) : "");
}

function cost(data) {
  const groups = new Map(), names = data.costs.map(([name]) => name);
  for (const [name, kind, seconds, rows, size] of data.costs) {
    const group = names.filter((other) => name === other || name.startsWith(`${other}.`)).sort((a, b) => a.length - b.length)[0] ?? name;
    const was = groups.get(group) ?? { seconds: 0, rows: 0, size: 0 };
    groups.set(group, { seconds: was.seconds + seconds, rows: Math.max(was.rows, name === group && kind === "map" ? rows : 0), size: was.size + size });
  }
  const total = [...groups.values()].reduce((sum, each) => sum + each.seconds, 0), shown = [...groups].filter(([, each]) => each.seconds >= 0.002 * total);
  const first = data.costs[0]?.[3] || 1;
  const kinds = Object.entries(data.private).sort((a, b) => b[1] - a[1]), tokens = data.lines.at(-1)?.kept[1] || 1;
  section("cost", "Cost and private data", "What the run took, and what it took out.", h("div", { class: "halves" },
    h("div", {}, h("h3", {}, "Time of one processor"), h("p", { class: "fine" }, `${duration(total)} in all; a million such pages take ${duration((total / first) * 1e6)}.`), bars(shown.map(([name, each]) => [name, each.seconds, `${percent(each.seconds / total, 0)}${each.rows && each.seconds >= 0.1 ? ` · ${short(each.rows / each.seconds)} pages/s` : ""}`]), duration)),
    h("div", {}, h("h3", {}, "Private data replaced"), kinds.length ? [h("p", { class: "fine" }, `${count(kinds.reduce((sum, [, n]) => sum + n, 0))} in all, ${(kinds.reduce((sum, [, n]) => sum + n, 0) / tokens * 1e6).toFixed(0)} in a million words.`), bars(kinds)] : h("p", {}, "None, or the recipe does not look for it."))));
}

function beside(data) {
  if (!data.beside) return;
  const { roots, recipes, lines, changed } = data.beside;
  const difference = (one, two) => (one && two ? cell(two[0] - one[0], two[0] === one[0] ? "" : `${two[0] > one[0] ? "+" : "−"}${count(Math.abs(two[0] - one[0]))}`) : cell(0, ""));
  const shown = (size, n) => cell(size ? size[n] : -1, size ? (n ? (size[n] ? short(size[n]) : "") : count(size[n])) : "–");
  section("beside", "Beside another run", `This run (${recipes[0]}, ${roots[0]}) and ${recipes[1]}, ${roots[1]}.`,
    table("Both funnels", ["step", "this run", "the other", "difference", "words", "words there"], lines.map(([stage, step, one, two]) => [cell(`${stage} ${step}`, h("span", {}, h("span", { class: "stage" }, stage), " ", step)), shown(one, 0), shown(two, 0), difference(one, two), shown(one, 1), shown(two, 1)])),
    h("h3", { class: "filter" }, "Pages that changed sides"), ...changed.map((group) => {
      const stratum = data.strata[group.stratum], here = stratum.fate === "kept" ? "kept" : stratum.reason;
      return h("details", { class: "family" }, h("summary", {}, h("b", {}, count(group.pages)), ` ${here} here, ${group.there} there`), h("ul", { class: "crossing" }, group.numbers.map((page) => h("li", {}, address(data.urls[page]), h("p", {}, data.extracts[page])))));
    }), changed.length ? "" : h("p", {}, "None of the sampled pages."));
}
