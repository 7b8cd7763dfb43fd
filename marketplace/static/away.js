// A provider who is away: what is chosen for all of the bookings shows beside each, where it can still be changed.
"use strict";

for (const form of document.querySelectorAll("[data-away]")) {
  const selects = [...form.querySelectorAll("[data-choice]")];
  const asChosen = form.querySelector("input[name=for_all][value=chosen]");

  form.addEventListener("change", (event) => {
    if (event.target.name === "for_all") fill(event.target.value);
    else if (selects.includes(event.target)) asChosen.checked = true;
  });

  function fill(choice) {
    for (const select of selects) {
      const first = select.querySelector("[data-first]");
      if (choice === "cancel") select.value = "cancel";
      else if (choice === "move" && first) select.value = first.value;
    }
  }
}
