// Shows a text as a phone would while it is typed. It asks for the page that "Preview" gives, as it is typed,
// and takes the marked parts from there: what is counted and filled is decided in one place, the server.
(() => {
  "use strict";
  const PAUSE = 300; // milliseconds without a key
  const form = document.querySelector("form[data-live-preview]");
  if (!form) return;
  let timer = 0;
  let asking = new AbortController();

  function show(page) {
    for (const part of form.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    }
  }

  async function look() {
    const body = new URLSearchParams(new FormData(form));
    body.set("step", "preview");
    asking.abort(); // an answer to what was typed before would come too late
    asking = new AbortController();
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: asking.signal });
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the button still works */ }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
})();
