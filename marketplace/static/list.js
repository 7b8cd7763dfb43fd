// Lists: whole rows that can be clicked, ranges that can be selected, `/` to search. All of it works without, slower.
"use strict";

const INTERACTIVE = "a, button, input, label, select, textarea, summary, tbody td:first-child";

document.addEventListener("keydown", (event) => {
  const search = document.querySelector("[data-search-shortcut]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !search) return;
  if (event.target.closest("input, textarea, select, [contenteditable]") && event.target.type !== "checkbox") return;
  event.preventDefault();
  search.focus();
  search.select();
});

// A click anywhere in a row follows the row's link, unless it hits something of its own or selects text.
for (const table of document.querySelectorAll("[data-rows]")) {
  for (const kind of ["click", "auxclick"]) {
    table.addEventListener(kind, (event) => {
      const link = event.target.closest("tbody tr")?.querySelector("th a");
      if (!link || event.button > 1 || event.target.closest(INTERACTIVE) || String(window.getSelection())) return;
      if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
      else link.click();
    });
  }
}

// Where the table becomes a stack of cards, each value needs the name of its column beside it.
for (const table of document.querySelectorAll("[data-rows]")) {
  const labels = [...table.querySelectorAll("thead tr > *")].map((head) => head.textContent.trim());
  for (const row of table.tBodies[0].rows) {
    for (const [index, cell] of [...row.cells].entries()) {
      if (cell.matches("td:not(:first-child)") && labels[index]) cell.dataset.label = labels[index];
    }
  }
}

for (const form of document.querySelectorAll("[data-bulk]")) {
  const boxes = [...form.querySelectorAll("input[name=rowid]")];
  const all = form.querySelector("[data-pick-all]");
  const bar = form.querySelector("[data-bulk-bar]");
  const everything = form.querySelector("[data-pick-everything]");
  let last = null;

  function show() {
    const picked = boxes.filter((box) => box.checked).length;
    if (everything && picked < boxes.length) everything.checked = false;
    form.querySelector("[data-picked]").textContent = everything?.checked ? everything.dataset.pickEverything : picked;
    bar.classList.toggle("has-picked", picked > 0);
    all.checked = picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
    for (const box of boxes) box.closest("tr").classList.toggle("picked", box.checked);
  }

  function pick(checked) {
    for (const box of boxes) box.checked = checked;
    show();
  }

  form.addEventListener("click", (event) => {
    const index = boxes.indexOf(event.target);
    if (index < 0) return;
    if (event.shiftKey && last !== null) {
      const [from, to] = last < index ? [last, index] : [index, last];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = index;
    show();
  });
  form.addEventListener("keydown", (event) => {
    // From a ticked row it is a long way to the bar below the table.
    if (event.key !== "Enter" || !boxes.includes(event.target)) return;
    event.preventDefault();
    bar.querySelector("button")?.focus();
  });
  all.addEventListener("change", () => pick(all.checked));
  everything?.addEventListener("change", () => pick(everything.checked));
  form.querySelector("[data-pick-page]").addEventListener("click", () => pick(true));
  form.querySelector("[data-pick-none]").addEventListener("click", () => pick(false));
  window.addEventListener("pageshow", show); // The browser's Back brings ticked boxes back.
  show();
}
