
// Keeps the page up to date, filters and sorts.  Without it everything is on the page, trouble first.
"use strict";
(() => {
  const PAUSE_MS = 5000;
  const STATES = ["failed", "partial", "not_found", "unknown", "cancelled", "never", "late", "in_progress", "completed"];
  const byId = (id) => document.getElementById(id);
  const [main, filter, text, state, matches] = ["main", "filter", "text", "state", "matches"].map(byId);
  const sorting = new Map();  // by the id of a section: its column, and whether it descends
  let lostSince = "";

  const lists = () => main.querySelectorAll(".list:has(table)");

  // What a cell is sorted by; none comes last whatever the direction.
  function keyOf(cell) {
    if (cell.classList.contains("none")) return null;
    const found = cell.querySelector("data, time, .mark");
    if (!found) return cell.textContent;
    if (found.dateTime) return Date.parse(found.dateTime);
    return found.value !== undefined ? Number(found.value) : STATES.indexOf(found.classList[1]);
  }

  const collator = new Intl.Collator("en", { numeric: true });
  function compare(a, b) {
    return typeof a === "string" ? collator.compare(a, b) : a - b;
  }

  function sort(section) {
    const wanted = sorting.get(section.id);
    if (!wanted) return;
    const body = section.querySelector("tbody");
    const rows = Array.from(body.rows, (row) => ({ row, key: keyOf(row.cells[wanted.column]) }));
    const known = rows.filter(({ key }) => key !== null);
    known.sort((a, b) => (wanted.descends ? compare(b.key, a.key) : compare(a.key, b.key)));
    body.append(...known.map(({ row }) => row), ...rows.filter(({ key }) => key === null).map(({ row }) => row));
    section.querySelectorAll("thead th").forEach((head, column) => {
      if (column === wanted.column) head.ariaSort = wanted.descends ? "descending" : "ascending";
      else head.removeAttribute("aria-sort");
    });
  }

  function match() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let all = 0;
    let shown = 0;
    for (const section of lists()) {
      for (const row of section.querySelector("tbody").rows) {
        const content = words.length ? row.textContent.toLowerCase() : "";
        const fits = words.every((word) => content.includes(word)) &&
          (!state.value || row.dataset.states.split(" ").includes(state.value));
        row.hidden = !fits;
        ++all;
        if (fits) ++shown;
      }
    }
    matches.value = words.length || state.value
      ? `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} rows match` : "";
  }

  // Makes the heads of columns buttons.
  function dress() {
    for (const section of lists()) {
      section.querySelectorAll("thead th").forEach((head, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.id = `${section.id}-by-${column}`;
        button.textContent = head.textContent;
        button.addEventListener("click", () => {
          const before = sorting.get(section.id);
          sorting.set(section.id, { column, descends: before?.column === column && !before.descends });
          sort(byId(section.id));
        });
        head.replaceChildren(button);
      });
      sort(section);
    }
    match();
  }

  function swap(fresh) {
    const focused = document.activeElement?.id;
    const { scrollX, scrollY } = window;
    const sentence = fresh.getElementById("sentence").textContent;
    if (sentence !== byId("sentence").textContent) byId("news").textContent = sentence;
    for (const part of main.querySelectorAll("[data-live]")) part.replaceWith(fresh.getElementById(part.id) ?? "");
    document.title = fresh.title;
    dress();
    if (focused && document.activeElement?.id !== focused) byId(focused)?.focus({ preventScroll: true });
    window.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
  }

  function isSelecting() {
    const selection = window.getSelection();
    return !selection.isCollapsed && main.contains(selection.anchorNode);
  }

  async function refresh() {
    if (document.hidden || isSelecting()) return;
    try {
      const answer = await fetch(location.pathname, { cache: "no-store", signal: AbortSignal.timeout(15000) });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
      lostSince = byId("connection").textContent = "";
    } catch {
      if (lostSince) return;
      lostSince = new Date().toISOString().slice(11, 19);
      byId("connection").textContent = `Connection lost since ${lostSince} UTC. What is shown is from before.`;
    }
  }

  // A page that takes long is asked for less often.
  async function keepUpToDate() {
    const began = performance.now();
    await refresh();
    setTimeout(keepUpToDate, Math.max(PAUSE_MS, 10 * (performance.now() - began)));
  }

  filter.hidden = false;
  filter.addEventListener("input", match);
  document.addEventListener("visibilitychange", refresh);
  dress();
  setTimeout(keepUpToDate, PAUSE_MS);
})();
