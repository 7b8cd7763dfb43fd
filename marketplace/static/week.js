// Free times: choosing one fills in its time, and typing another one lets go of it.
"use strict";

for (const form of document.querySelectorAll("form:has(.free-week)")) {
  const typed = form.querySelector("input[type=datetime-local]");
  const slots = [...form.querySelectorAll("input[data-local]")];

  form.addEventListener("change", (event) => {
    if (event.target.dataset.local) typed.value = event.target.dataset.local;
  });
  typed.addEventListener("input", () => {
    const chosen = slots.find((slot) => slot.checked);
    if (chosen && chosen.dataset.local !== typed.value) form.querySelector("#slot-other").checked = true;
  });
}
