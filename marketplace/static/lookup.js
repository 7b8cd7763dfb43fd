// Look-ups: type a few letters, choose a record; the form sends its id. Without it the field takes the words themselves.
"use strict";

const PAUSE = 200; // Milliseconds without a key before the server is asked.

for (const field of document.querySelectorAll("input[data-lookup]")) makeCombobox(field);

function makeCombobox(field) {
  const input = field.cloneNode();
  const list = document.createElement("ul");
  let options = [];
  let active = -1;
  let timer = 0;
  let asked = 0;

  field.type = "hidden";
  field.removeAttribute("id");
  input.removeAttribute("name");
  input.value = field.dataset.lookupLabel || field.value;
  list.id = `${input.id}-options`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`)?.firstChild.textContent.trim() || "");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off",
  })) input.setAttribute(name, value);
  field.after(input);
  const frame = document.createElement("div");
  frame.className = "combobox";
  field.before(frame);
  frame.append(field, input, list);
  if (input.autofocus) input.focus();

  input.addEventListener("input", () => {
    field.value = input.value; // Words are understood, too, where only one record matches them.
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", onKey);
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // Keep the focus in the input.
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) choose([...list.children].indexOf(item));
  });

  async function ask() {
    const query = input.value.trim();
    const turn = ++asked;
    if (!query) return close();
    const address = new URL(field.dataset.lookupUrl, location.href);
    address.search = new URLSearchParams({ name: field.dataset.lookup, query });
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (turn !== asked || !response.ok || document.activeElement !== input) return;
      open(await response.json());
    } catch {
      close(); // Without an answer what was typed still counts.
    }
  }

  function open(found) {
    options = found;
    list.replaceChildren(...found.map((option, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.dir = "auto";
      item.textContent = option.label;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      return item;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
  }

  function close() {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    field.value = options[index].id;
    input.value = options[index].label;
    close();
  }

  function onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
    }
  }
}
