"use strict";
// The theme, and the part of the first page that is asked for again while it is looked at.

const EVERY = 3000; // milliseconds between two looks

function theme() {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = sessionStorage.getItem("theme");
  if (chosen) root.dataset.theme = chosen;
  document.getElementById("theme").addEventListener("click", () => {
    const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    sessionStorage.setItem("theme", root.dataset.theme);
  });
}

// What comes is HTML that the server has escaped; the policy of the page lets nothing in it run.
async function follow(live) {
  for (;;) {
    await new Promise((resume) => setTimeout(resume, EVERY));
    if (document.hidden) continue;
    try {
      const answer = await fetch(live.dataset.live);
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (text !== live.dataset.shown) {
        const places = [...live.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
        live.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
        live.querySelectorAll(".scroll").forEach((each, number) => { each.scrollLeft = places[number] ?? 0; });
        live.dataset.shown = text;
      }
      live.classList.remove("stale");
    } catch {
      live.classList.add("stale"); // the server has ended, or the root is out of reach for a moment
    }
  }
}

theme();
const live = document.getElementById("live");
if (live) follow(live);
document.body.dataset.ready = "yes";
