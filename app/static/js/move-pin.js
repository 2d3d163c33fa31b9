/* The pin of one service point, to be set by pressing on the map or with the arrow keys.
   It writes WGS-84 degrees into the field, which stays what counts. */
(() => {
  'use strict';
  const box = document.querySelector('[data-pin-map]');
  const field = document.getElementById('position');
  const datum = document.getElementById('datum');
  const metres = document.getElementById('precision_m');
  if (!box || !field || !window.L) return;
  const words = box.dataset;
  const STEP = 0.00005; // degrees, some five metres
  const HAIKOU = [20.02, 110.33];

  const typed = () => {
    const pair = datum.value === 'wgs84' && field.value.match(/^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$/);
    const at = pair && [Number(pair[1]), Number(pair[2])];
    return at && Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180 ? L.latLng(at) : null;
  };

  const text = (value) => { const span = document.createElement('span'); span.textContent = value; return span.innerHTML; };
  const map = L.map('pin-map', { center: typed() || HAIKOU, zoom: typed() ? 14 : 11, minZoom: 8, maxZoom: 18, scrollWheelZoom: false, zoomControl: false, keyboard: false });
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution(text(words.credit));
  map.getContainer().setAttribute('role', 'group');
  map.getContainer().setAttribute('aria-label', words.label);

  const dot = document.createElement('b');
  const pin = L.marker(map.getCenter(), { draggable: true, keyboard: true, alt: words.pin, title: words.pin, icon: L.divIcon({ className: 'map-pin', html: dot, iconSize: [44, 44] }) }).addTo(map);
  const circle = L.circle(map.getCenter(), { radius: Number(metres.value) || 0, className: 'map-area', interactive: false }).addTo(map);

  function lookAround() {
    const radius = Number(metres.value) || 0;
    if (radius > 300) map.fitBounds(circle.getLatLng().toBounds(radius * 2.2), { animate: false });
  }
  function show(at, look) {
    pin.setLatLng(at);
    circle.setLatLng(at);
    if (look) map.panInside(at, { padding: [40, 40] });
  }
  function set(at) {
    show(at, true);
    field.value = `${at.lat.toFixed(6)}, ${at.lng.toFixed(6)}`;
    datum.value = 'wgs84';
  }
  map.on('click', (event) => set(event.latlng));
  pin.on('dragend', () => set(pin.getLatLng()));
  const follow = () => { const at = typed(); if (at) { show(at, false); map.setView(at); lookAround(); } };
  field.addEventListener('change', follow);
  datum.addEventListener('change', follow);
  metres.addEventListener('change', () => { circle.setRadius(Number(metres.value) || 0); lookAround(); });

  const ways = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const handle = pin.getElement();
  handle.setAttribute('aria-label', words.pin);
  handle.addEventListener('keydown', (event) => {
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const step = STEP * (event.shiftKey ? 10 : 1);
    const at = pin.getLatLng();
    set(L.latLng(at.lat + way[0] * step, at.lng + way[1] * step));
  });

  fetch(words.land).then((answer) => answer.json())
    .then((land) => L.geoJSON(land, { interactive: false, className: 'map-land' }).addTo(map).bringToBack())
    .catch(() => {}); // the pin and the numbers do without
  if (typed()) lookAround();
  box.dataset.ready = 'yes';
})();
