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
  const CROWD = 60; // more places than this are drawn together where they are near each other
  const CELL = 56; // pixels: places of a crowd in one square of this size are drawn as one
  const NAMED = 12; // names in the window of places that cannot be told apart
  const places = []; // {slug, facts, latlng, row, marker, area, lead}
  let stops = []; // the markers on the map now, in the order of the arrow keys
  let crowd = null; // the layer of what a crowd shows now
  let here = null;
  let byKeyboard = false;
  let windowOpen = false;
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

  function pageLink(facts, text) {
    if (!/^\/[^/\\]/.test(facts.link)) return null; // a page of ours, nothing else
    const link = element('a', '', text);
    link.href = facts.link;
    if (words.target) link.target = words.target;
    return link;
  }

  function popup(facts) {
    const box = element('div');
    box.append(element('strong', '', facts.number + '. ' + facts.name));
    const link = pageLink(facts, words.open);
    if (link) box.append(link);
    return box;
  }

  function namesOf(members) {
    const box = element('div');
    for (const place of members.slice(0, NAMED)) {
      const name = place.facts.number + '. ' + place.facts.name;
      box.append(pageLink(place.facts, name) || element('span', '', name), element('br'));
    }
    if (members.length > NAMED) box.append(element('span', '', words.more.replace('{count}', members.length - NAMED)));
    return box;
  }

  function bindWindow(marker, content) {
    return marker.bindPopup(content, {
      maxWidth: Math.min(280, map.getSize().x - BESIDE_ZOOM - 76),
      maxHeight: 220,
      autoPanPaddingTopLeft: [BESIDE_ZOOM, 16],
      autoPanPaddingBottomRight: [16, 16]
    });
  }

  function addPlace(feature) {
    const facts = feature.properties;
    const [lon, lat] = feature.geometry.coordinates;
    const place = { slug: facts.slug, facts: facts, latlng: L.latLng(lat, lon) };
    place.row = listing.querySelector('[data-station="' + CSS.escape(place.slug) + '"]') ||
      listing.getElementById('point-' + place.slug);
    if (place.row) markEachOther(place.row, place);
    places.push(place);
  }

  function draw(place, layer) {
    const facts = place.facts;
    const title = facts.number + ', ' + facts.name;
    const kind = 'map-pin' + (facts.main ? ' main' : '') + (facts.sharp ? '' : facts.vague ? ' vague' : ' unsure');
    place.area = facts.sharp ? null :
      L.circle(place.latlng, { radius: facts.precision_m, className: 'map-area' + (facts.vague ? ' vague' : ''), interactive: false }).addTo(layer);
    place.lead = L.polyline([place.latlng, place.latlng], { className: 'map-lead', interactive: false }).addTo(layer);
    place.marker = L.marker(place.latlng, {
      icon: L.divIcon({ className: kind, html: element('b', '', facts.number), iconSize: [44, 44], popupAnchor: [0, -16] }),
      title: title, alt: title, keyboard: true, riseOnHover: true, zIndexOffset: facts.main ? 1000 : 0
    }).addTo(layer);
    bindWindow(place.marker, popup(facts));
    ready(place.marker, title);
    markEachOther(place.marker.getElement(), place);
    if (place.slug === words.focus) light(place, true);
  }

  // Places too near to be told apart are one mark that says how many; pressing it comes closer.
  function drawTogether(members) {
    const bounds = L.latLngBounds(members.map((place) => place.latlng));
    const title = words.together.replace('{count}', members.length);
    const marker = L.marker(bounds.getCenter(), {
      icon: L.divIcon({ className: 'map-pin together', html: element('b', '', members.length), iconSize: [44, 44], popupAnchor: [0, -16] }),
      title: title, alt: title, keyboard: true, riseOnHover: true
    }).addTo(crowd);
    ready(marker, title);
    const closer = () => {
      if (map.getZoom() >= map.getMaxZoom()) {
        if (!marker.getPopup()) bindWindow(marker, namesOf(members));
        marker.openPopup();
      } else if (bounds.getNorthEast().equals(bounds.getSouthWest(), 1e-6)) map.setView(bounds.getCenter(), map.getMaxZoom());
      else map.fitBounds(bounds, { padding: [40, 40], maxZoom: Math.max(map.getZoom() + 1, map.getBoundsZoom(bounds)) });
    };
    marker.on('click', closer);
    marker.on('keypress', (event) => { if (event.originalEvent.key === 'Enter') closer(); });
    for (const place of members) {
      place.marker = marker;
      if (place.slug === words.focus) light(place, true);
    }
  }

  function ready(marker, title) {
    const pin = marker.getElement();
    pin.setAttribute('aria-label', title);
    pin.tabIndex = stops.length ? -1 : 0;
    pin.addEventListener('keydown', step);
    stops.push(marker);
  }

  function light(place, on) {
    if (place.marker) place.marker.getElement().classList.toggle('is-lit', on);
    if (place.area) place.area.getElement().classList.toggle('is-lit', on);
    if (place.row) place.row.classList.toggle('is-lit', on);
  }

  // The row of the list and the pin mark each other.
  function markEachOther(part, place) {
    for (const event of ['mouseenter', 'focusin']) part.addEventListener(event, () => light(place, true));
    for (const event of ['mouseleave', 'focusout']) {
      part.addEventListener(event, () => light(place, place.slug === words.focus));
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
      const away = moved[i].distanceTo(true_[i]) > 6 && !(place.facts.vague && map.distance(place.latlng, there) < place.facts.precision_m);
      place.lead.setLatLngs(away ? [place.latlng, there] : []); // a number within its area needs no line
    });
  }

  // Of a crowd only what is in sight is drawn, so that any number of places costs the same.
  function drawCrowd() {
    if (windowOpen) return; // making room for a window moves the map, too
    const held = places.find((place) => place.marker && place.marker.getElement() === document.activeElement);
    stops = [];
    crowd.clearLayers();
    const squares = new Map();
    const sight = map.getBounds().pad(0.2);
    for (const place of places) {
      place.marker = place.area = place.lead = null;
      if (!sight.contains(place.latlng)) continue;
      const at = map.project(place.latlng);
      const square = Math.floor(at.x / CELL) + ':' + Math.floor(at.y / CELL);
      if (!squares.has(square)) squares.set(square, []);
      squares.get(square).push(place);
    }
    for (const members of squares.values()) {
      if (members.length > 1) drawTogether(members);
      else draw(members[0], crowd);
    }
    if (held) (held.marker ? held.marker.getElement() : map.getContainer()).focus();
  }

  // The pins are one stop of the tab key; the arrow keys go from one to the next.
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  function step(event) {
    const pins = stops.map((marker) => marker.getElement());
    const i = pins.indexOf(event.currentTarget);
    const way = STEPS[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const next = pins[(i + way + pins.length) % pins.length];
    pins.forEach((other) => { other.tabIndex = -1; });
    next.tabIndex = 0;
    next.focus();
  }

  function leave() {
    const list = document.getElementById('the-list');
    if (list) list.focus();
  }

  function keys() {
    map.getContainer().addEventListener('keydown', (event) => {
      byKeyboard = true;
      if (event.key !== 'Escape') return;
      if (windowOpen) map.closePopup();
      else leave();
    }, true);
    map.getContainer().addEventListener('pointerdown', () => { byKeyboard = false; }, true);
    map.on('popupopen', (event) => {
      windowOpen = true;
      const close = event.popup.getElement().querySelector('.leaflet-popup-close-button');
      if (close) { close.setAttribute('aria-label', words.close); close.title = words.close; }
      const link = event.popup.getElement().querySelector('a[href^="/"]');
      if (byKeyboard && link) link.focus();
    });
    map.on('popupclose', (event) => {
      windowOpen = false;
      const marker = stops.find((one) => one.getPopup() === event.popup);
      if (byKeyboard && marker) marker.getElement().focus();
      if (crowd) setTimeout(drawCrowd); // when the window has gone
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

  // The coastline stays until a tile has come: the map is never empty.
  function showTiles() {
    if (!words.tiles) return;
    map.setMaxZoom(18);
    words.tiles.split(' ').forEach((address, i) => {
      const layer = L.tileLayer(address, { maxZoom: 18, subdomains: words.subdomains, attribution: i ? '' : asText(words.tilesCredit) });
      layer.once('tileload', () => { map.removeLayer(window.geo_json_land); stage.classList.add('has-tiles'); });
      layer.addTo(map);
    });
  }

  // The operator's own roads, if there are any.
  function showRoads() {
    if (!words.roads) return;
    map.attributionControl.addAttribution(asText(words.roadsCredit));
    map.createPane('roads').style.zIndex = 410; // over the land, under the numbers
    fetch(words.roads).then((answer) => answer.json()).then((collection) => {
      L.geoJSON(collection, {
        pane: 'roads', interactive: false,
        style: (road) => ({ className: 'map-road ' + (/^[a-z]+$/.test(road.properties.kind) ? road.properties.kind : '') })
      }).addTo(map);
    }).catch((reason) => window.console.warn('roads:', reason));
  }

  // A street's word may stand at each of its known points; which of them is free is seen later.
  function word(latlng, text, kind, angle, also) {
    const span = element('span', '', text);
    if (angle) span.style.transform = 'translate(-50%, -50%) rotate(' + Number(angle) + 'deg)';
    const icon = L.divIcon({ className: kind, html: span, iconSize: [0, 0] });
    span.marker = L.marker(latlng, { icon: icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(map);
    span.spots = (also || '').trim().split(' ').filter(Boolean).map((spot) => spot.split(',').map(Number));
    if (span.spots.length) span.spots.unshift(latlng);
  }

  // A word at the edge of the map stands inside it.
  function keepWordsInside() {
    const width = map.getSize().x;
    for (const span of stage.querySelectorAll('.map-word span')) {
      const middle = span.getBoundingClientRect();
      const at = span.parentElement.getBoundingClientRect().left - map.getContainer().getBoundingClientRect().left;
      span.classList.toggle('before', at + middle.width / 2 > width - 6);
      span.classList.toggle('after', at - middle.width / 2 < 6);
    }
    leaveOutCovered();
  }

  // On a small map a word gives way to numbers, to buttons, and to the words before it.
  function leaveOutCovered() {
    const taken = [...stage.querySelectorAll('.map-pin b, .map-here span, .leaflet-control')].map((part) => part.getBoundingClientRect());
    const sight = map.getContainer().getBoundingClientRect();
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const within = (a) => a.left > sight.left && a.right < sight.right && a.top > sight.top && a.bottom < sight.bottom;
    for (const span of stage.querySelectorAll('.map-km span, .map-word span')) {
      let mine = span.getBoundingClientRect();
      const there = span.parentElement.getBoundingClientRect();
      let free = there.left < sight.right && there.left > sight.left && !taken.some((it) => meet(it, mine));
      if (span.spots.length) free = span.spots.some((spot) => {
        span.marker.setLatLng(spot);
        mine = span.getBoundingClientRect();
        return within(mine) && !taken.some((it) => meet(it, mine));
      });
      span.classList.toggle('covered', !free);
      if (free) taken.push(mine);
    }
  }

  // Words and rings for orientation; they say nothing that the list does not.
  function orient() {
    drawRings();
    for (const mark of stage.querySelectorAll('.map-words li')) {
      const kind = 'map-word ' + (mark.dataset.kind || 'landmark');
      word([Number(mark.dataset.lat), Number(mark.dataset.lon)], mark.textContent, kind, mark.dataset.angle, mark.dataset.also);
    }
  }

  function drawRings() {
    const main = places.find((place) => place.facts.main);
    if (!main) return;
    for (const km of [5, 10]) {
      const ring = L.circle(main.latlng, { radius: km * 1000, className: 'map-ring', interactive: false }).addTo(map);
      const south = L.latLng(ring.getBounds().getSouth(), main.latlng.lng);
      word(south, words.km.replace('{km}', km), 'map-km');
    }
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
    showRoads();
  }

  function fit(more) {
    const roomy = map.getSize().x >= 600; // on a phone the numbers need the width, the circles may be cut
    const seen = L.latLngBounds(places.map((place) => place.latlng).concat(more));
    if (roomy && !crowd) places.forEach((place) => { if (!place.facts.sharp) seen.extend(place.latlng.toBounds(place.facts.precision_m * 2)); });
    const edge = roomy ? [12, 12] : [32, 32];
    if (seen.isValid()) map.fitBounds(seen, { padding: edge, maxZoom: 14, animate: false });
  }

  function show(collection) {
    stage.classList.add('is-live');
    map.invalidateSize(false);
    dress();
    collection.features.forEach(addPlace);
    if (places.length > CROWD) crowd = L.layerGroup().addTo(map);
    fit(showHere());
    orient();
    if (crowd) {
      drawCrowd();
      map.on('zoomstart', () => map.closePopup());
      map.on('moveend', drawCrowd);
    } else {
      places.forEach((place) => draw(place, map));
      spread();
      map.on('zoomend', spread);
    }
    keepWordsInside();
    map.on('moveend', keepWordsInside);
    keys();
    stage.dataset.ready = 'yes';
  }

  fetch(words.points, { headers: { Accept: 'application/geo+json' } })
    .then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); })
    .then(show)
    .catch((reason) => { stage.classList.remove('is-live'); window.console.warn('map:', reason); }); // the schematic stays
})();
