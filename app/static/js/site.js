// Small comforts. Every page is complete without them.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  const summary = document.getElementById("errors");
  if (summary) summary.focus();

  // "Use my location": fills the search box with coordinates and submits it.
  for (const button of document.querySelectorAll("[data-locate]")) {
    const form = document.getElementById(button.dataset.locate);
    const answer = document.getElementById(button.dataset.answer);
    if (!navigator.geolocation || !form) { button.remove(); continue; }
    const tell = (words) => { if (answer) answer.textContent = words; };
    const found = ({ coords }) => {
      form.elements.near.value = `${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)}`;
      form.submit();
    };
    const failed = () => tell(button.dataset.failed);
    button.addEventListener("click", () => {
      tell(button.dataset.working);
      navigator.geolocation.getCurrentPosition(found, failed, { timeout: 10000, maximumAge: 60000 });
    });
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) { button.remove(); continue; }
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.done;
    });
  }

  // "/" leads to the search box of the staff pages, as in many programs of desks.
  const find = document.getElementById("find-box");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, select");
    if (find && event.key === "/" && !typing) { event.preventDefault(); find.focus(); }
  });

  // A closed menu gives its space back when the reader moves on.
  const menu = document.querySelector(".languages");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu && menu.open) { menu.open = false; menu.firstElementChild.focus(); }
  });
  document.addEventListener("click", (event) => { if (menu && !menu.contains(event.target)) menu.open = false; });

  // A pressed button says so, and stays usable.
  document.addEventListener("submit", (event) => {
    const word = event.submitter && event.submitter.dataset.working;
    if (word) setTimeout(() => { event.submitter.textContent = word; }, 3000);
  });
})();
