// Batches: they go on while their page is open, and it tells how far they are. Without, a button does a part at a time.
"use strict";

const PAUSE = 3000; // Milliseconds until an answer that failed is asked for again, and between two looks.
const panel = document.querySelector("[data-batch]");
const started = document.querySelector("[data-batch-start]");

function keyOf(id) {
  return `batch-${id}`;
}

// Whoever begins a batch here goes on with it; whoever comes by only looks, until they press the button.
started?.addEventListener("submit", () => sessionStorage.setItem(keyOf(started.dataset.batchStart), "goes on"));

if (panel) {
  const key = keyOf(panel.dataset.batch);
  const form = panel.querySelector("[data-batch-go]");
  const progress = panel.querySelector("[data-batch-progress]");
  const trouble = panel.querySelector("[data-batch-trouble]");
  let mine = sessionStorage.getItem(key) === "goes on";

  async function ask() {
    const options = { headers: { "X-Step": "1" }, redirect: "manual" };
    if (mine) Object.assign(options, { method: "POST", body: new FormData(form) });
    const response = await fetch(panel.dataset.url, options);
    if (response.type === "opaqueredirect" || [400, 401, 403, 404].includes(response.status)) return location.reload();
    if (!response.ok) throw new Error(response.status);
    return response.text();
  }

  // What stands below is of when the page was loaded; while it goes on here, only the progress is told.
  function show() {
    form.hidden = mine;
    panel.querySelector("[data-batch-rests]").hidden = mine;
    panel.querySelector("[data-batch-goes]").hidden = !mine;
    document.querySelector("[data-batch-items]").hidden = mine;
  }

  async function goOn() {
    show();
    try {
      const told = await ask();
      if (told === undefined) return;
      trouble.hidden = true;
      const before = progress.querySelector("progress").value;
      progress.innerHTML = told;
      if (progress.firstElementChild.dataset.state === "finished") {
        sessionStorage.removeItem(key);
        return location.reload();
      }
      // Where nothing moved, another is working on it just now.
      setTimeout(goOn, mine && progress.querySelector("progress").value > before ? 0 : PAUSE);
    } catch {
      trouble.hidden = false;
      setTimeout(goOn, PAUSE);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (mine) return;
    mine = true;
    sessionStorage.setItem(key, "goes on");
    show();
  });
  for (const other of document.querySelectorAll("form[action$='/stop']")) {
    other.addEventListener("submit", () => sessionStorage.removeItem(key));
  }
  goOn();
}
