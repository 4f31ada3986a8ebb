/* The demo's wiring: one queue, one widget, one server. All drawing stands in widget-offline-view.js. */
import { ClickQueue, createWidgetApi } from '../dist/clickqueue.js';
import { partialEnv } from '../npm/testing.js';
import { startTheme } from './theme.js';
import { byId, drawJourney, drawQueue, drawServer, drawStorage, drawTries, setOrigin, setRedraw } from './widget-offline-view.js';

const STORAGE_KEY = 'srv_click_queue';
const BURST_MS = 45; // between two clicks of the button "Ten rapid clicks": as fast as a person with ten fingers
const TIMEOUT_MS = 6000;

const line = { isUp: true, cutters: new Set() };
const timer = { armedAt: 0, dueAt: 0, handle: null };
const server = { answer: 'ok', requests: [], events: [], received: 0, stored: 0 };
const tries = new Set(JSON.parse(sessionStorage.getItem('demo-tries') || '[]'));
const clicked = []; // [id, ...] of this page load
let sentIds = [];

/* The queue runs in this window. Three of its names are wrapped: to cut the line, and to see which timer runs. */
const isOnline = () => line.isUp && navigator.onLine;
const env = partialEnv({
  navigator: partialEnv({ get onLine() { return isOnline(); } }, navigator),
  setTimeout(callback, delayMs) {
    const dueAt = performance.now() + delayMs;
    // The queue may arm the same deadline anew at each click; the dial should not start over for that.
    if (Math.abs(dueAt - timer.dueAt) > 60) timer.armedAt = performance.now();
    timer.dueAt = dueAt;
    const handle = setTimeout(() => { forget(handle); callback(); }, delayMs);
    timer.handle = handle;
    return handle;
  },
  clearTimeout(handle) { clearTimeout(handle); forget(handle); },
});

function forget(handle) {
  if (timer.handle === handle) timer.handle = null;
}

/* A cut line fails like a real one: at once, for what comes and for what is under way. */
function sendOverLine(url, options) {
  if (!line.isUp) return Promise.reject(new TypeError('The network switch of this page is off'));
  const body = JSON.parse(options.body);
  sentIds = (body.events || [body]).map((event) => event.id);
  let cut;
  const cutting = new Promise((_, reject) => { cut = () => reject(new TypeError('The network switch was turned off')); });
  line.cutters.add(cut);
  return Promise.race([fetch(url, options), cutting]).finally(() => line.cutters.delete(cut));
}

const api = createWidgetApi({
  endpoint: '/api/track/click', batchEndpoint: '/api/track/click/batch', timeoutMs: TIMEOUT_MS, fetch: sendOverLine,
});
const queue = new ClickQueue({ storageKey: STORAGE_KEY, onDrop: (event, reason) => console.warn('dropped', reason, event) }, api, env);

function click(button) {
  const perButton = button.querySelector('i');
  perButton.textContent = Number(perButton.textContent) + 1;
  setOrigin(button);
  const id = queue.enqueue({
    sessionId: session, questionId: 'greener-home', offerId: button.dataset.offer, buttonVariantId: button.dataset.variant,
    clickNumber: nextNumber(), // a field of the host's own: it travels with the event (CONTRACT 1.5)
  });
  if (id !== null) clicked.push(id);
  draw();
}

const session = sessionStorage.getItem('demo-session') || crypto.randomUUID();
sessionStorage.setItem('demo-session', session);

let lastNumber = 0;
function nextNumber() {
  const known = [...storedEvents().values(), ...server.events].map((event) => event.clickNumber || 0);
  lastNumber = Math.max(lastNumber, ...known) + 1;
  return lastNumber;
}

function storedKeys() {
  const names = Object.keys(localStorage).filter((key) => key.startsWith(STORAGE_KEY)).sort();
  return names.map((key) => ({ key, text: localStorage.getItem(key), events: parse(localStorage.getItem(key)) }));
}

function storedEvents() {
  return new Map(storedKeys().flatMap(({ events }) => events.map((event) => [event.id, event])));
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value) ? value.filter((event) => event && event.id) : [];
  } catch {
    return []; // what a person typed into the DevTools; the queue heals it, this page only looks
  }
}

/* One frame, one drawing: a burst of news costs one. */
let isDue = false;
function draw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    const snapshot = queue.getSnapshot();
    drawQueue(snapshot, timer);
    drawStorage(storedKeys());
    drawServer(server);
    drawJourney({ stored: storedEvents(), flying: snapshot.inFlight > 0 ? sentIds : [], server, isUp: isOnline(), isSending: snapshot.state === 'sending' });
    noticeTries(snapshot);
    drawTries(tries);
  });
}

function noticeTries(snapshot) {
  const done = server.requests.filter((request) => request.status === '200' && request.ids.some((id) => clicked.includes(id)));
  if (done.some((request) => request.ids.length >= 10)) tries.add('burst');
  if (done.some((request) => request.ids.length === 1)) tries.add('timer');
  if (!isOnline() && snapshot.pending > 0) tries.add('cut');
  if (tries.has('cut') && isOnline() && snapshot.pending === 0) tries.add('mend');
  sessionStorage.setItem('demo-tries', JSON.stringify([...tries]));
}

function setLine(isUp) {
  if (line.isUp === isUp) return;
  line.isUp = isUp;
  sessionStorage.setItem('demo-line', isUp ? 'up' : 'cut');
  byId('network').setAttribute('aria-checked', String(isUp));
  byId('network-hint').textContent = isUp ? 'Connected. The switch cuts this tab; DevTools’ “offline” works too.' : 'Cut for this tab. Clicks stay in this browser.';
  for (const cut of [...line.cutters]) if (!isUp) cut();
  dispatchEvent(new Event(isUp ? 'online' : 'offline'));
  draw();
}

function command(path, body) {
  return fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body || {}) });
}

/* A page that nobody sees lets go of its connection: browsers have six for a server. The first message says everything anew. */
let stream;
function hearServer() {
  stream?.close();
  if (document.hidden) return;
  stream = new EventSource('/control/stream');
  stream.onmessage = (message) => {
    Object.assign(server, JSON.parse(message.data), { isLoaded: true });
    document.querySelector(`[name="answer"][value="${server.answer}"]`).checked = true;
    draw();
  };
}

function burst() {
  const buttons = [...byId('widget').shadowRoot.querySelectorAll('button')];
  for (let i = 0; i < 10; i++) setTimeout(() => buttons[i % buttons.length].click(), i * BURST_MS);
}

/* The server forgets first: without it the page keeps what it has. Nothing goes meanwhile, or it would survive there. */
async function reset() {
  setLine(false);
  try {
    await command('/control/reset');
    queue.purge();
    queue.destroy(); // a burst may still be clicking
    // As late as can be: a drawing that is due writes the tries down once more.
    addEventListener('pagehide', () => { for (const key of ['demo-tries', 'demo-session']) sessionStorage.removeItem(key); });
    location.reload();
  } finally {
    setLine(true);
  }
}

byId('widget').shadowRoot.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button) click(button);
});
byId('network').addEventListener('click', () => setLine(!line.isUp));
byId('answers').addEventListener('change', (event) => command('/control/answer', { answer: event.target.value }));
byId('burst').addEventListener('click', burst);
byId('flush').addEventListener('click', () => queue.flush());
byId('reload').addEventListener('click', () => location.reload());
byId('reset').addEventListener('click', reset);
document.addEventListener('visibilitychange', hearServer);
for (const news of ['storage', 'online', 'offline']) addEventListener(news, draw);
queue.subscribe(draw);
setRedraw(draw);

byId('lonely').hidden = true;
startTheme(byId('theme'));
if (sessionStorage.getItem('demo-line') === 'cut') setLine(false);
hearServer();
draw();

window.demo = { queue, clicked, server }; // for the console, and for `demo --play`
