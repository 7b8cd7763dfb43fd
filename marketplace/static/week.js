// Free times: choosing one fills in its time, and typing another one lets go of it.
"use strict";

for (const form of document.querySelectorAll("form:has(.free-week)")) {
  const typed = form.querySelector("input[type=datetime-local]");
  const other = form.querySelector("#slot-other");

  form.addEventListener("change", (event) => {
    if (event.target.dataset.local) typed.value = event.target.dataset.local;
  });
  typed.addEventListener("input", () => {
    const chosen = form.querySelector(".free-week input[type=radio]:checked");
    if (chosen.dataset.local !== typed.value) other.checked = true;
  });
}
