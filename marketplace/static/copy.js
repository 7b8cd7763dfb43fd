// Links that are shown once: select on focus, copy with a button.
"use strict";

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select]")) event.target.select();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copy);
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    document.execCommand("copy"); // Without https the browser has no clipboard for scripts.
  }
  button.querySelector("span").textContent = button.dataset.copied;
});
