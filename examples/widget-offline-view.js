/* Everything the demo draws. It only reads: no decision about an event is taken here. */

const STAGES = ['stored', 'flying', 'received'];
const DWELL_MS = 420; // a local server is so quick that no eye could follow; a chip rests this long at each place
const MAX_CHIPS = 40;
const MAX_RECORDS = 60;
const FLIGHT = { duration: 520, easing: 'cubic-bezier(.3, .9, .3, 1)' };

const REASONS = {
  idle: 'Nothing to send', waiting: 'until this batch is sent', sending: 'A request is on its way',
  'backing-off': 'until the next try', parked: 'Parked: until the next try', destroyed: 'Destroyed',
};
const COUNTERS = [
  ['pending', 'pending'], ['inFlight', 'in flight'], ['batches', 'batches'], ['failures', 'failures'], ['duplicates', 'duplicates'],
];
const ANSWERS = { open: '…', hung: 'hung', cut: 'cut', lost: 'lost' };

export const byId = (id) => document.getElementById(id);

function h(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/* ---- the way of a click ---- */

const chips = new Map(); // id -> {element, stage, since}
let origin = null;
let later = null;
let redraw = () => {};

export function setRedraw(draw) {
  redraw = draw;
}

export function setOrigin(button) {
  origin = button.getBoundingClientRect();
}

export function drawJourney({ stored, flying, server, isUp, isSending }) {
  document.querySelector('.journey').classList.toggle('is-cut', !isUp);
  document.querySelector('.journey').classList.toggle('is-sending', isSending && isUp);
  byId('line-name').textContent = isUp ? 'On its way' : 'The line is cut';
  if (!server.isLoaded) return;
  const wanted = new Map();
  for (const event of server.events.slice(-MAX_CHIPS)) wanted.set(event.id, { event, stage: 2 });
  for (const [id, event] of stored) if (!wanted.has(id)) wanted.set(id, { event, stage: flying.includes(id) ? 1 : 0 });
  const before = new Map([...chips].map(([id, chip]) => [id, chip.element.getBoundingClientRect()]));
  const isFirst = chips.size === 0 && wanted.size > 1;
  moveChips(wanted, isFirst);
  countChips(stored.size, flying.length, server.stored);
  if (!isFirst) animate(before);
  origin = null;
}

function moveChips(wanted, isFirst) {
  const now = performance.now();
  for (const [id, chip] of chips) if (!wanted.has(id)) { chip.element.remove(); chips.delete(id); }
  for (const [id, { event, stage }] of wanted) {
    const chip = chips.get(id) || newChip(id, event, isFirst ? stage : 0);
    if (chip.stage === stage) continue;
    if (now - chip.since < DWELL_MS) { drawAgain(); continue; }
    settle(chip, chip.stage < stage ? chip.stage + 1 : stage);
    if (chip.stage !== stage) drawAgain();
  }
}

function newChip(id, event, stage) {
  const element = h('span', { className: 'chip', textContent: event.clickNumber || '•', title: `${event.offerId} · ${id}` });
  const chip = { element, stage: -1, since: 0, number: event.clickNumber || 0 };
  chips.set(id, chip);
  settle(chip, stage);
  return chip;
}

function settle(chip, stage) {
  chip.stage = stage;
  chip.since = performance.now();
  lane(stage).querySelector('.chips').append(chip.element);
}

function drawAgain() {
  if (later === null) later = setTimeout(() => { later = null; redraw(); }, DWELL_MS / 2);
}

function lane(stage) {
  return document.querySelector(`[data-lane="${STAGES[stage]}"]`);
}

function countChips(...counts) {
  counts.forEach((count, stage) => {
    const place = lane(stage);
    const shown = [...chips.values()].filter((chip) => chip.stage === stage);
    place.querySelector('.count').textContent = stage === 1 ? shown.length : count;
    shown.forEach((chip, i) => { chip.element.hidden = i < shown.length - MAX_CHIPS; });
    // What has a chip that is still on its way here is not missing.
    const hidden = Math.max(count - chips.size, shown.length - MAX_CHIPS);
    place.querySelector('.more')?.remove();
    if (hidden > 0 && stage !== 1) place.querySelector('.chips').prepend(h('span', { className: 'chip more', textContent: `${hidden} more` }));
  });
}

function animate(before) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  for (const [id, { element }] of chips) {
    const from = before.get(id) || origin;
    const to = element.getBoundingClientRect();
    if (!from || !to.width) continue;
    const x = from.left + from.width / 2 - to.left - to.width / 2;
    const y = from.top + from.height / 2 - to.top - to.height / 2;
    if (Math.abs(x) + Math.abs(y) > 2) element.animate([{ transform: `translate(${x}px, ${y}px)`, zIndex: 2 }, { transform: 'none', zIndex: 2 }], FLIGHT);
  }
}

/* ---- the queue ---- */

let shownTimer = { handle: null };
let shownState = 'idle';
let isPersistent = true;

export function drawQueue(snapshot, timer) {
  const card = document.querySelector('.queue');
  card.dataset.state = shownState = snapshot.state;
  shownTimer = timer;
  Object.assign(byId('state'), { textContent: snapshot.state }).dataset.state = snapshot.state;
  byId('reason').textContent = snapshot.pending > 0 && !snapshot.isOnline ? 'or at once when online' : REASONS[snapshot.state];
  const dropped = Object.values(snapshot.dropped).reduce((sum, count) => sum + count, 0);
  byId('counters').replaceChildren(...COUNTERS.map(([field, name]) => counter(name, snapshot[field], field === 'failures')),
    counter('dropped', dropped, true));
  isPersistent = snapshot.persistent;
  drawBalance(snapshot);
  drawDial();
}

function counter(name, value, isFault) {
  return h('div', { className: isFault && value !== 0 ? 'is-bad' : '' }, h('dt', { textContent: name }), h('dd', { textContent: value }));
}

/* CONTRACT 6.2: records that were never accepted stand outside of the sum. */
function drawBalance({ enqueued, recovered, acknowledged, pending, handedOver, dropped }) {
  const lost = Object.entries(dropped).reduce((sum, [reason, count]) => sum + (reason === 'invalid' || reason === 'corrupt' ? 0 : count), 0);
  const isRight = enqueued + recovered === acknowledged + pending + handedOver + lost;
  const term = (count, name) => h('span', { className: 'sum' }, h('b', { textContent: count }), ` ${name}`);
  byId('balance').replaceChildren(term(enqueued, 'clicked'), ' + ', term(recovered, 'recovered'), ' = ', term(acknowledged, 'acknowledged'), ' + ',
    term(pending, 'pending'), ' + ', term(handedOver, 'handed over'), ' + ', term(lost, 'dropped'), '  ',
    h('mark', { className: isRight ? '' : 'is-wrong', textContent: isRight ? 'It adds up' : 'It does not add up' }));
}

function drawDial() {
  const leftMs = Math.max(0, shownTimer.dueAt - performance.now());
  const totalMs = shownTimer.dueAt - shownTimer.armedAt;
  const isCounting = shownTimer.handle !== null && ['waiting', 'backing-off', 'parked'].includes(shownState);
  document.querySelector('.queue').classList.toggle('is-counting', isCounting);
  byId('seconds').textContent = isCounting ? clockText(leftMs) : shownState === 'sending' ? 'now' : '–';
  if (isCounting) document.querySelector('#dial .hand').style.strokeDashoffset = String(100 - (100 * leftMs) / totalMs);
  else document.querySelector('#dial .hand').style.removeProperty('stroke-dashoffset');
  const step = shownState === 'backing-off' ? String(Math.round(totalMs / 1000)) : '';
  for (const item of byId('ladder').children) item.classList.toggle('is-now', item.dataset.s === step);
  if (isCounting) requestAnimationFrame(drawDialOnce);
}

/* Several drawings in one frame must not start several loops. */
let frame = 0;
function drawDialOnce(time) {
  if (time === frame) return;
  frame = time;
  drawDial();
}

function clockText(ms) {
  return ms >= 60000 ? `${Math.ceil(ms / 60000)} min` : `${(ms / 1000).toFixed(1)} s`;
}

/* ---- what lies where ---- */

const openRecords = new Set();

export function drawStorage(keys) {
  const bytes = keys.reduce((sum, { key, text }) => sum + key.length + text.length, 0);
  byId('storage-size').textContent = !isPersistent ? 'not available: memory only' : bytes > 0 ? `${bytes.toLocaleString('en')} characters` : '';
  const shown = keys.map(({ key, text, events }) => h('div', { className: 'key' },
    h('h3', {}, key, h('small', { textContent: `${events.length} event${events.length === 1 ? '' : 's'}` })),
    ...events.slice(0, MAX_RECORDS).map(record),
    ...(events.length === 0 ? [h('pre', { textContent: text.slice(0, 500) })] : [])));
  byId('keys').replaceChildren(...(shown.length > 0 ? shown : [h('p', { className: 'empty', textContent: 'Empty: everything is acknowledged.' })]));
}

function record(event) {
  const details = h('details', { open: openRecords.has(event.id) },
    h('summary', {}, h('b', { textContent: event.clickNumber || '' }), ` ${event.offerId} `, h('code', { textContent: event.id })),
    h('pre', { textContent: JSON.stringify(event, null, 2) }));
  details.addEventListener('toggle', () => openRecords[details.open ? 'add' : 'delete'](event.id));
  return details;
}

let newest = 0;

export function drawServer(server) {
  byId('server-size').textContent = server.received > 0 ? `${server.received} ${server.received === 1 ? 'request' : 'requests'} · ${server.stored} stored` : `${server.stored} stored`;
  byId('log-empty').hidden = server.requests.length > 0;
  byId('log').replaceChildren(...[...server.requests].reverse().map(requestRow));
  newest = server.requests.length > 0 ? server.requests[server.requests.length - 1].number : 0;
}

function requestRow({ number, receivedAt, status, ids, added, known, rejected, batchId }) {
  const badge = h('span', { className: 'badge', textContent: ANSWERS[status] || status });
  badge.dataset.status = status;
  const time = new Date(receivedAt).toLocaleTimeString('en-GB');
  const counts = [[added, 'new'], [known, 'known'], [rejected, 'rejected']].filter(([count]) => count > 0);
  const stored = counts.map(([count, name]) => `${count} ${name}`).join(', ') || '–';
  const row = h('tr', { className: number > newest && newest > 0 ? 'is-new' : '' },
    ...[time, badge, ids.length, stored].map((value) => h('td', {}, value)),
    h('td', { title: batchId || 'a single event' }, h('code', { textContent: batchId ? batchId.slice(0, 8) : 'single' })));
  return row;
}

export function drawTries(tries) {
  for (const item of byId('tries').children) item.classList.toggle('is-done', tries.has(item.dataset.try));
}
