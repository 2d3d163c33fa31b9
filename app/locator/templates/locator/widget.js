// Puts the list of service points where the page has <div data-haikou-points>. Sets no cookie.
(() => {
  "use strict";
  const home = new URL(document.currentScript.src).origin;
  const titles = {{ titles|tojson }};
  const frames = [];

  const put = (place) => {
    const language = place.dataset.lang in titles ? place.dataset.lang : "en";
    const address = new URL(`/${language}/widget`, home);
    for (const name of ["near", "service"]) {
      if (place.dataset[name]) address.searchParams.set(name, place.dataset[name]);
    }
    const frame = document.createElement("iframe");
    // Of no origin: even by mistake the frame could keep nothing in this browser.
    frame.setAttribute("sandbox", "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation");
    frame.src = address.href;
    frame.title = titles[language];
    frame.referrerPolicy = "no-referrer";
    frame.width = "100%";
    frame.height = "480";
    frame.style.border = "0";
    place.replaceChildren(frame);
    frames.push(frame);
  };

  window.addEventListener("message", (event) => {
    const frame = frames.find((one) => one.contentWindow === event.source);
    const height = event.data && event.data.haikouPointsHeight;
    if (frame && Number.isFinite(height)) frame.height = String(Math.min(Math.max(Math.ceil(height), 120), 4000));
  });

  const start = () => document.querySelectorAll("[data-haikou-points]").forEach(put);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
