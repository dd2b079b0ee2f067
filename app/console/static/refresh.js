// Keeps a page fresh: fetches it again and swaps the regions ([data-live]) that changed, so nothing scrolls or flickers.
// One rule: what somebody is reading is left alone; a region with selected text or an opened detail waits.
"use strict";

const EVERY = 5000; // milliseconds
const PATIENCE = 10000;

const regions = (page) => page.querySelectorAll("[data-live][id]");

function isBeingRead(region) {
  const selection = getSelection();
  const selected = selection.type === "Range" && selection.getRangeAt(0).intersectsNode(region);
  return selected || region.querySelector("details[open]") !== null;
}

function swap(old, fresh) {
  const address = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
  const copy = document.importNode(fresh, true);
  old.replaceWith(copy);
  if (address) copy.querySelector(`a[href="${CSS.escape(address)}"]`)?.focus({ preventScroll: true });
}

function show(fresh) {
  for (const old of regions(document)) {
    const copy = fresh.getElementById(old.id);
    if (copy && copy.outerHTML !== old.outerHTML && !isBeingRead(old)) swap(old, copy);
  }
  document.title = fresh.title;
}

async function refresh() {
  const stale = document.getElementById("stale");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 401 || answer.status === 403) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (stale) stale.hidden = true;
  } catch {
    if (stale) stale.hidden = false;
  }
}

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, EVERY);
}

if (regions(document).length) {
  setTimeout(keepFresh, EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}
