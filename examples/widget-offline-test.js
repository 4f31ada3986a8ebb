/* The demo's wiring: one queue, one widget, one server. The queue's own life is drawn by `clickqueue/inspect`. */
import { ClickQueue, createWidgetApi } from '../dist/clickqueue.js';
import { mountInspector } from '../npm/inspect.js';
import { partialEnv } from '../npm/testing.js';
import { byId } from './demo-elements.js';
import { drawJourney, setOrigin, setRedraw } from './demo-journey.js';
import { drawNetwork, idsOfLatestRequest, isOnline, sendOverLine, setLine } from './demo-network.js';
import { command, drawServer, server, watchServer } from './demo-server.js';
import { STORAGE_KEY, drawStorage, storedEvents } from './demo-storage.js';
import { drawTimer, timerNames } from './demo-timer.js';
import { drawTries, noticeTries } from './demo-tries.js';
import { startTheme } from './theme.js';

const BURST_MS = 45; // between two clicks of the button "Ten rapid clicks": as fast as a person with ten fingers
const TIMEOUT_MS = 6000;

const clicked = []; // [id, ...] of this page load
const drops = new Map(); // id -> what onDrop was called with, in this page load

const api = createWidgetApi({
  endpoint: '/api/track/click', batchEndpoint: '/api/track/click/batch', timeoutMs: TIMEOUT_MS, fetch: sendOverLine,
});
/* The queue runs in this window, but for three names: to cut the line, and to see the timer. */
const env = partialEnv({ ...timerNames, navigator: partialEnv({ get onLine() { return isOnline(); } }, navigator) });
const queue = new ClickQueue({ storageKey: STORAGE_KEY, onDrop }, api, env);

function onDrop(event, reason, detail) {
  console.warn('dropped', reason, detail, event);
  if (event?.id) drops.set(event.id, { event, reason, detail });
}

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

/* One frame, one drawing: a burst of changes costs one. */
let isDue = false;
function draw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    const snapshot = queue.getSnapshot();
    const stored = storedEvents();
    const flying = snapshot.inFlight > 0 ? idsOfLatestRequest() : [];
    drawNetwork();
    drawTimer(snapshot);
    drawStorage(snapshot.persistent);
    drawServer();
    drawJourney({ stored, flying, drops, server, isUp: isOnline(), isSending: snapshot.state === 'sending' });
    noticeTries({ snapshot, requests: server.requests, clicked, stored, drops });
    drawTries();
  });
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
byId('burst').addEventListener('click', burst);
byId('reload').addEventListener('click', () => location.reload());
byId('reset').addEventListener('click', reset);
for (const type of ['storage', 'online', 'offline']) addEventListener(type, draw);
queue.subscribe(draw);
setRedraw(draw);

byId('lonely').hidden = true;
startTheme(byId('theme'));
mountInspector(queue, byId('inspector'));
watchServer(draw);
draw();

window.demo = { queue, clicked, server }; // for the console, and for `demo --play`
