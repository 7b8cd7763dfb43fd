// Shows what is typed into the password fields.
"use strict";

document.querySelector("[data-show-password]").addEventListener("change", (event) => {
  for (const input of event.target.form.querySelectorAll("[autocomplete=new-password]")) {
    input.type = event.target.checked ? "text" : "password";
  }
});
