// Reviews by keys: a, r, s, n and z press their button, c and t open their reasons, 1 to 8 choose one, u leads back to
// the one before. All of it works without.
"use strict";

const PAUSE = 700; // Milliseconds for which nothing is decided on a listing that has only just come into view.

const row = document.querySelector(".decisions");
const decisions = [...document.querySelectorAll("[data-decision]")];

function isTyping(target) {
  return Boolean(target.closest("textarea, select, [contenteditable], input:not([type=hidden], [type=checkbox])"));
}

// What a key means, whatever the layout: other alphabets have their letters where a, c, r, s, t and u are.
function meaning(event) {
  if (event.key === "Escape" || /^[a-z0-9]$/i.test(event.key)) return event.key.toLowerCase();
  const place = /^(?:Key|Digit)([A-Z0-9])$/.exec(event.code);
  return place ? place[1].toLowerCase() : "";
}

// Whether letters and figures do anything is chosen once, and kept in this browser.
function keysAreOn() {
  try {
    return localStorage.getItem("review-keys") !== "off";
  } catch {
    return true; // Storage is shut, as in some private windows.
  }
}

function showKeys(areOn) {
  for (const box of document.querySelectorAll("[data-keys]")) box.checked = areOn;
  document.documentElement.classList.toggle("keys-off", !areOn);
}

let keysOn = keysAreOn();
showKeys(keysOn);
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys]")) return;
  keysOn = event.target.checked;
  showKeys(keysOn);
  try {
    localStorage.setItem("review-keys", keysOn ? "on" : "off");
  } catch {
    // Then it is for this page.
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return; // A key that is held decides once.
  const key = meaning(event);
  const open = decisions.find((each) => each.open);
  if (key === "escape" && open) {
    if (isTyping(event.target) && open.contains(event.target)) {
      open.querySelector("form").focus(); // What was typed stays, and the reasons have their keys.
      return;
    }
    open.open = false;
    open.querySelector("summary").focus();
    return;
  }
  if (!key || !keysOn || isTyping(event.target)) return;
  // While reasons are open, only they can be chosen.
  const reason = /^[1-8]$/.test(key) && open?.querySelectorAll(".reasons button")[key - 1];
  const button = open ? reason : document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const decision = decisions.find((each) => each.dataset.decision === key);
  if (button) {
    event.preventDefault();
    button.click();
  } else if (decision) {
    event.preventDefault();
    decision.open = true;
    decision.querySelector("form").focus();
  }
});

for (const decision of decisions) {
  // One is open at a time, also where the browser does not know that from their common name.
  decision.addEventListener("toggle", () => {
    if (decision.open) for (const each of decisions) each.open = each === decision;
  });
  // The second half of a double click does not close what the first has opened.
  decision.querySelector("summary").addEventListener("click", (event) => {
    if (event.detail > 1) event.preventDefault();
  });
}

// Opening a listing claims it: by a POST, as it changes something; without scripts there is the button.
const claim = document.querySelector("[data-claim]");
if (claim) {
  fetch(claim.action, { method: "POST", body: new FormData(claim), headers: { "X-Background": "1" } })
    .then(async (answer) => {
      if (!answer.ok && answer.status !== 409) return; // The button is still there.
      document.querySelector("[data-claimed]").textContent = await answer.text();
      claim.remove();
    })
    .catch(() => {});
}

// Another reason needs words: they are asked for before anything is sent.
for (const other of document.querySelectorAll('.reasons [value="other"]')) {
  other.addEventListener("click", (event) => {
    const { words } = other.form.elements;
    if (words.value.trim()) return;
    event.preventDefault();
    document.getElementById(`${words.id}-errors`).hidden = false;
    words.classList.add("is-invalid");
    words.setAttribute("aria-invalid", "true");
    words.setAttribute("aria-describedby", `${words.id}-hint ${words.id}-errors`);
    words.focus();
  });
}

// A key or a click that was meant for the listing before does not decide on one that nobody has seen yet.
function settle() {
  const buttons = [...(row?.querySelectorAll("button[type=submit]") ?? [])];
  for (const button of buttons) button.disabled = true;
  requestAnimationFrame(() => {
    setTimeout(() => {
      for (const button of buttons) button.disabled = false;
    }, PAUSE);
  });
}

settle();

// A key that is pressed twice decides once.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", (event) => {
  for (const form of document.forms) delete form.dataset.sent;
  if (event.persisted) settle();
});
