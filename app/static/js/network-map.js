/* Puts the service points on the map that /map/base.js has drawn.
   Names are data: they reach the page as text nodes and attributes only, never as markup. */
(function () {
  'use strict';
  const stage = document.querySelector('[data-network-map]');
  const map = window.map_network;
  if (!stage || !map) return;
  const words = stage.dataset;
  const GAP = 32; // pixels between the numbers of neighbouring places
  const BESIDE_ZOOM = 64; // pixels that the zoom buttons take at the start of the map
  const places = []; // {slug, marker, area, lead, latlng, row}
  let here = null;
  // In a frame the list stands in the page around it, which is ours too.
  const listing = window.frameElement ? window.parent.document : document;

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function asText(text) { // Leaflet writes credits as markup
    return element('span', '', text).innerHTML;
  }

  function popup(facts) {
    const box = element('div');
    box.append(element('strong', '', facts.number + '. ' + facts.name));
    if (/^\/[^/\\]/.test(facts.link)) { // a page of ours, nothing else
      const link = element('a', '', words.open);
      link.href = facts.link;
      if (words.target) link.target = words.target;
      box.append(link);
    }
    return box;
  }

  function addPlace(feature) {
    const facts = feature.properties;
    const [lon, lat] = feature.geometry.coordinates;
    const latlng = L.latLng(lat, lon);
    const title = facts.number + ', ' + facts.name;
    const kind = 'map-pin' + (facts.main ? ' main' : '') + (facts.sharp ? '' : ' unsure');
    const place = { slug: facts.slug, latlng: latlng };
    if (!facts.sharp) {
      place.area = L.circle(latlng, { radius: facts.precision_m, className: 'map-area', interactive: false }).addTo(map);
    }
    place.lead = L.polyline([latlng, latlng], { className: 'map-lead', interactive: false }).addTo(map);
    place.marker = L.marker(latlng, {
      icon: L.divIcon({ className: kind, html: element('b', '', facts.number), iconSize: [44, 44], popupAnchor: [0, -16] }),
      title: title, alt: title, keyboard: true, riseOnHover: true, zIndexOffset: facts.main ? 1000 : 0
    }).addTo(map).bindPopup(popup(facts), {
      maxWidth: Math.min(280, map.getSize().x - BESIDE_ZOOM - 76),
      autoPanPaddingTopLeft: [BESIDE_ZOOM, 16],
      autoPanPaddingBottomRight: [16, 16]
    });
    place.marker.getElement().setAttribute('aria-label', title);
    places.push(place);
    join(place);
  }

  function light(place, on) {
    place.marker.getElement().classList.toggle('is-lit', on);
    if (place.area) place.area.getElement().classList.toggle('is-lit', on);
    if (place.row) place.row.classList.toggle('is-lit', on);
  }

  // The row of the list and the pin mark each other.
  function join(place) {
    place.row = listing.querySelector('[data-station="' + CSS.escape(place.slug) + '"]') ||
      listing.getElementById('point-' + place.slug);
    for (const part of [place.marker.getElement(), place.row]) {
      if (!part) continue;
      for (const event of ['mouseenter', 'focusin']) part.addEventListener(event, () => light(place, true));
      for (const event of ['mouseleave', 'focusout']) {
        part.addEventListener(event, () => light(place, place.slug === words.focus));
      }
    }
  }

  // Numbers nearer than GAP step aside; a thin line leads back to the place. As app/maps/spread.py.
  function spread() {
    const true_ = places.map((place) => map.latLngToLayerPoint(place.latlng));
    const still = here ? [map.latLngToLayerPoint(here)] : []; // "You" stays; the numbers make room
    const moved = true_.concat(still).map((point) => point.clone());
    for (let round = 0, pushed = true; pushed && round < 80; round += 1) {
      pushed = false;
      for (let i = 0; i < moved.length; i += 1) {
        for (let j = 0; j < i; j += 1) {
          let way = moved[i].subtract(moved[j]);
          let far = Math.hypot(way.x, way.y);
          if (far > GAP - 0.5) continue;
          if (far === 0) { way = L.point(Math.cos(i), Math.sin(i)); far = 1; }
          const step = way.multiplyBy((GAP - (far === 1 ? 0 : far)) / 2 / far);
          if (i < places.length) moved[i] = moved[i].add(step);
          if (j < places.length) moved[j] = moved[j].subtract(step);
          pushed = true;
        }
      }
    }
    places.forEach((place, i) => {
      const there = map.layerPointToLatLng(moved[i]);
      place.marker.setLatLng(there);
      place.lead.setLatLngs(moved[i].distanceTo(true_[i]) > 6 ? [place.latlng, there] : []);
    });
  }

  // The pins are one stop of the tab key; the arrow keys go from one to the next.
  function keys() {
    const pins = places.map((place) => place.marker.getElement());
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    pins.forEach((pin, i) => {
      pin.tabIndex = i === 0 ? 0 : -1;
      pin.addEventListener('keydown', (event) => {
        const step = steps[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        const next = pins[(i + step + pins.length) % pins.length];
        pins.forEach((other) => { other.tabIndex = -1; });
        next.tabIndex = 0;
        next.focus();
      });
    });
    let byKeyboard = false;
    map.getContainer().addEventListener('keydown', (event) => {
      byKeyboard = true;
      if (event.key === 'Escape') map.closePopup();
    }, true);
    map.getContainer().addEventListener('pointerdown', () => { byKeyboard = false; }, true);
    map.on('popupopen', (event) => {
      const close = event.popup.getElement().querySelector('.leaflet-popup-close-button');
      if (close) { close.setAttribute('aria-label', words.close); close.title = words.close; }
      const link = event.popup.getElement().querySelector('a[href^="/"]');
      if (byKeyboard && link) link.focus();
    });
    map.on('popupclose', (event) => {
      const place = places.find((one) => one.marker.getPopup() === event.popup);
      if (byKeyboard && place) place.marker.getElement().focus();
    });
  }

  function showHere() {
    const degrees = words.here.split(',').map(Number);
    if (degrees.length !== 2 || degrees.some(Number.isNaN)) return [];
    here = L.latLng(degrees);
    const mark = element('div');
    mark.append(element('i'), element('span', '', words.you));
    L.marker(here, { icon: L.divIcon({ className: 'map-here', html: mark, iconSize: [44, 44] }), interactive: false, keyboard: false, zIndexOffset: 3000 }).addTo(map);
    return [here];
  }

  function showTiles() {
    if (!words.tiles) return;
    map.setMaxZoom(18);
    map.removeLayer(window.geo_json_land);
    L.tileLayer(words.tiles, { maxZoom: 18, attribution: asText(words.tilesCredit) }).addTo(map);
  }

  function dress() {
    const container = map.getContainer();
    container.setAttribute('role', 'group');
    container.setAttribute('aria-label', words.label);
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution(asText(words.credit));
    L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
    if (window.matchMedia('(pointer: coarse)').matches) map.dragging.disable(); // one finger scrolls the page
    showTiles();
  }

  function fit(more) {
    const roomy = map.getSize().x >= 600; // on a phone the numbers need the width, the circles may be cut
    const seen = L.latLngBounds(places.map((place) => place.latlng).concat(more));
    if (roomy) places.forEach((place) => { if (place.area) seen.extend(place.area.getBounds()); });
    const edge = roomy ? [12, 12] : [32, 32];
    if (seen.isValid()) map.fitBounds(seen, { padding: edge, maxZoom: 14, animate: false });
  }

  function show(collection) {
    stage.classList.add('is-live');
    map.invalidateSize(false);
    dress();
    collection.features.forEach(addPlace);
    fit(showHere());
    spread();
    map.on('zoomend', spread);
    keys();
    for (const place of places) if (place.slug === words.focus) light(place, true);
    stage.dataset.ready = 'yes';
  }

  fetch(words.points, { headers: { Accept: 'application/geo+json' } })
    .then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); })
    .then(show)
    .catch((reason) => { stage.classList.remove('is-live'); window.console.warn('map:', reason); }); // the schematic stays
})();
