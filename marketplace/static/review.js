// Reviews by keys: a, r and s press their button, c and t open their reasons, 1 to 8 choose one. All of it works without.
"use strict";

const decisions = [...document.querySelectorAll("[data-decision]")];

function isTyping(target) {
  return Boolean(target.closest("textarea, select, [contenteditable], input:not([type=hidden])"));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return; // A key that is held decides once.
  const open = decisions.find((each) => each.open);
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
    return;
  }
  if (isTyping(event.target)) return;
  const reason = /^[1-8]$/.test(event.key) && open?.querySelectorAll(".reasons button")[event.key - 1];
  const button = reason || document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const decision = decisions.find((each) => each.dataset.decision === event.key);
  if (button) {
    event.preventDefault();
    button.click();
  } else if (decision) {
    event.preventDefault();
    for (const each of decisions) each.open = each === decision;
    decision.querySelector(".reasons button").focus();
  }
});

// Opening a listing claims it: by a POST, as it changes something; without scripts there is the button.
const claim = document.querySelector("[data-claim]");
if (claim) {
  fetch(claim.action, { method: "POST", body: new FormData(claim), redirect: "manual" })
    .then(() => claim.remove())
    .catch(() => {}); // The button is still there.
}

// A key that is pressed twice decides once.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
