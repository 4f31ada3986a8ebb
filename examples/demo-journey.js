/* The way of a click: a chip for each, which moves from lane to lane. It only reads: no decision about an event is taken here. */
import { byId, element } from './demo-elements.js';

const LANES = ['stored', 'flying', 'received', 'dropped'];
const [STORED, FLYING, RECEIVED, DROPPED] = LANES.keys();
const DWELL_MS = 420; // a local server is so quick that no eye could follow; a chip rests this long in each lane
const MAX_CHIPS = 40; // in a lane
const FLIGHT = { duration: 520, easing: 'cubic-bezier(.3, .9, .3, 1)' };

const chips = new Map(); // id -> {node, lane, since}
let origin = null;
let later = null;
let redraw = () => {};

/* The drawing that a chip needs that has rested. */
export function setRedraw(draw) {
  redraw = draw;
}

/* The button that the next new chip comes from. */
export function setOrigin(button) {
  origin = button.getBoundingClientRect();
}

/* `stored` are events by id, `flying` ids, `drops` by id what `onDrop` was called with. */
export function drawJourney({ stored, flying, drops, server, isUp, isSending }) {
  byId('journey').classList.toggle('is-cut', !isUp);
  byId('journey').classList.toggle('is-sending', isSending && isUp);
  byId('line-name').textContent = isUp ? 'On its way' : 'The line is cut';
  if (!server.isLoaded) return;
  const wanted = placesOf({ stored, flying, drops, server });
  const before = new Map([...chips].map(([id, { node }]) => [id, node.getBoundingClientRect()]));
  const isFirst = chips.size === 0 && wanted.size > 1;
  moveChips(wanted, isFirst);
  countChips({ stored: stored.size, received: server.stored, dropped: drops.size });
  if (!isFirst) animate(before);
  origin = null;
}

function placesOf({ stored, flying, drops, server }) {
  const places = new Map();
  for (const event of server.events.slice(-MAX_CHIPS)) places.set(event.id, { event, lane: RECEIVED });
  for (const [id, event] of stored) if (!places.has(id)) places.set(id, { event, lane: flying.includes(id) ? FLYING : STORED });
  for (const [id, { event, reason, detail }] of drops) if (!places.has(id)) places.set(id, { event, lane: DROPPED, reason, detail });
  return places;
}

function moveChips(wanted, isFirst) {
  const now = performance.now();
  for (const [id, { node }] of chips) if (!wanted.has(id)) { node.remove(); chips.delete(id); }
  for (const [id, place] of wanted) {
    const chip = chips.get(id) || newChip(id, place, isFirst ? place.lane : STORED);
    if (chip.lane === place.lane) continue;
    if (now - chip.since < DWELL_MS) { drawAgain(); continue; }
    settle(chip, nextLane(chip.lane, place.lane), place);
    if (chip.lane !== place.lane) drawAgain();
  }
}

/* Lane by lane to the server, at once anywhere else. */
const nextLane = (from, to) => (to === DROPPED || to < from ? to : from + 1);

function newChip(id, place, lane) {
  const { event } = place;
  const chip = { node: element('span', { className: 'chip', title: `${event.offerId} · ${id}` }), lane, since: 0 };
  chips.set(id, chip);
  settle(chip, lane, place);
  return chip;
}

function settle(chip, lane, { event, reason, detail }) {
  const number = event.clickNumber || '•';
  Object.assign(chip, { lane, since: performance.now() });
  chip.node.textContent = lane === DROPPED ? `${number} ${reason}` : number;
  if (lane === DROPPED) chip.node.title = detail;
  laneElement(lane).querySelector('.chips').append(chip.node);
}

function drawAgain() {
  if (later === null) later = setTimeout(() => { later = null; redraw(); }, DWELL_MS / 2);
}

const laneElement = (lane) => document.querySelector(`[data-lane="${LANES[lane]}"]`);

/* The counts are those of the storage, the server and the queue; in flight it is that of the chips, which are later than the queue. */
function countChips(counts) {
  LANES.forEach((name, lane) => {
    const place = laneElement(lane);
    const shown = [...chips.values()].filter((chip) => chip.lane === lane);
    const count = counts[name] ?? shown.length;
    place.querySelector('.count').textContent = count;
    shown.forEach(({ node }, i) => { node.hidden = i < shown.length - MAX_CHIPS; });
    if (lane === DROPPED) place.hidden = shown.length === 0;
    // What has a chip that is still on its way here is not missing.
    const hidden = Math.max(count - chips.size, shown.length - MAX_CHIPS);
    place.querySelector('.more')?.remove();
    if (hidden > 0 && lane !== FLYING) place.querySelector('.chips').prepend(element('span', { className: 'chip more', textContent: `${hidden} more` }));
  });
}

function animate(before) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  for (const [id, { node }] of chips) {
    const from = before.get(id) || origin;
    const to = node.getBoundingClientRect();
    if (!from || !to.width) continue;
    const x = from.left + from.width / 2 - to.left - to.width / 2;
    const y = from.top + from.height / 2 - to.top - to.height / 2;
    if (Math.abs(x) + Math.abs(y) > 2) node.animate([{ transform: `translate(${x}px, ${y}px)`, zIndex: 2 }, { transform: 'none', zIndex: 2 }], FLIGHT);
  }
}
