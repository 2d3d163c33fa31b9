// A WAI-ARIA combobox; the form works without it.
const make = (tag, all) => Object.assign(document.createElement(tag), all);

for (const input of document.querySelectorAll("[data-suggest]")) {
  const { form, dataset } = input;
  const slug = form.appendChild(make("input", { type: "hidden", name: "place", disabled: true }));
  const id = `${input.id}-list`;
  const list = make("ul", { id, className: "suggestions", ariaLabel: dataset.label });
  const told = make("span", { className: "hidden" });
  list.setAttribute("role", "listbox");
  told.setAttribute("role", "status");
  input.parentElement.after(list, told);
  const set = (name, value) => input.setAttribute(name, value);
  const on = (event, act) => input.addEventListener(event, act);
  set("role", "combobox");
  set("aria-autocomplete", "list");
  set("aria-controls", id);
  set("autocomplete", "off");
  let at, asking, asked = input.value.trim();

  const mark = (index) => {
    at = index;
    [...list.children].forEach((one, i) => one.setAttribute("aria-selected", i === at));
    set("aria-activedescendant", at < 0 ? "" : `${id}-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const show = (open) => {
    list.hidden = !open;
    set("aria-expanded", open);
    mark(-1);
  };
  const choose = (one) => {
    input.value = asked = one.dataset.name;
    slug.value = one.dataset.slug;
    slug.disabled = false;
    show(false);
    form.requestSubmit();
  };
  const fill = (places) => {
    list.replaceChildren(...places.map((place, i) => {
      const one = make("li", { id: `${id}-${i}`, textContent: place.name });
      one.setAttribute("role", "option");
      Object.assign(one.dataset, place);
      one.append(make("span", { className: "quiet", textContent: ` ${place.more}` }));
      return one;
    }));
    told.textContent = dataset.count.replace("{count}", places.length);
    show(places.length > 0);
  };
  // One question at a time.
  const ask = async () => {
    const text = input.value.trim();
    if (asking || text === asked) return;
    asking = true;
    asked = text;
    try {
      const places = await (await fetch(`${dataset.suggest}?q=${encodeURIComponent(text)}`)).json();
      if (input.value.trim() === text && document.activeElement === input) fill(places);
    } catch { show(false); }
    asking = false;
    ask();
  };
  show(false);
  on("input", () => { slug.disabled = true; ask(); });
  on("blur", () => show(false));
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    choose(event.target.closest("li"));
  });
  on("keydown", (event) => {
    const size = list.children.length, way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || !size || list.hidden && !way) return;
    if (list.hidden) show(true);
    if (way) mark(at < 0 && way < 0 ? size - 1 : (at + way + size) % size);
    else if (event.key === "Escape") show(false);
    else if (event.key === "Enter" && at >= 0) choose(list.children[at]);
    else return;
    event.preventDefault();
  });
}
