/* The server as this page knows it: its state comes over one stream, and its switches go the other way. */
import { byId, element } from './demo-elements.js';

const HINTS = {
  ok: 'Each event is stored once, by its id.',
  500: 'The queue keeps everything, and waits 2, 4, 8, 16, then 30 s.',
  429: 'It asks for a wait of 6 s, and the queue obeys.',
  slow: 'The next batch waits until this one is answered.',
  hangs: 'This page gives up after 6 s, and tries again.',
  cut: 'The connection is closed without an answer. Chromium repeats such a request by itself, so one try may be several rows.',
  lost: 'The events are stored, but this page cannot know. The browser or the next try sends them again; they are stored once.',
  poison: 'It lists the first event of each request as rejected. That one is dropped, the others are stored.',
  422: 'It refuses each batch with a “Not today”. The queue halves the batch until that one is alone, and drops it after ten tries, 5 s apart.',
  portal: 'A Wi-Fi login page answers in its place. That acknowledges nothing, so everything is kept.',
};
const BADGES = { open: '…', hung: 'hung', cut: 'cut', lost: 'lost' };

export const server = { answer: 'ok', requests: [], events: [], received: 0, stored: 0, isLoaded: false };

let stream;
let isAway = false;
let onChange = () => {};

/* Call `draw` after each change. A page that nobody sees lets go of its connection, since browsers have six for a server; the first
   message of the next one has the whole state. */
export function watchServer(draw) {
  onChange = draw;
  document.addEventListener('visibilitychange', listen);
  byId('answers').addEventListener('change', (event) => command('/control/answer', { answer: event.target.value }));
  listen();
}

function listen() {
  stream?.close();
  if (document.hidden) return;
  stream = new EventSource('/control/stream');
  stream.onmessage = (message) => {
    isAway = false;
    Object.assign(server, JSON.parse(message.data), { isLoaded: true });
    onChange();
  };
  stream.onerror = () => {
    isAway = true; // the browser connects again by itself
    onChange();
  };
}

export function command(path, body = {}) {
  return fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

let newest = 0;

export function drawServer() {
  byId('away').hidden = !isAway || !navigator.onLine;
  byId('answers').disabled = isAway;
  document.querySelector(`[name="answer"][value="${server.answer}"]`).checked = true;
  byId('answer-hint').textContent = isAway ? 'It does not answer.' : HINTS[server.answer];
  const requests = `${server.received} ${server.received === 1 ? 'request' : 'requests'}`;
  byId('server-size').textContent = server.received > 0 ? `${requests} · ${server.stored} stored` : `${server.stored} stored`;
  byId('log-empty').hidden = server.requests.length > 0;
  byId('log').replaceChildren(...[...server.requests].reverse().map(requestRow));
  newest = server.requests.at(-1)?.number ?? 0;
}

function requestRow({ number, receivedAt, status, ids, added, known, rejected, batchId }) {
  const badge = element('span', { className: 'badge', textContent: BADGES[status] || status });
  badge.dataset.status = status;
  const time = new Date(receivedAt).toLocaleTimeString('en-GB');
  const counts = [[added, 'new'], [known, 'known'], [rejected, 'rejected']].filter(([count]) => count > 0);
  const stored = counts.map(([count, name]) => `${count} ${name}`).join(', ') || '–';
  return element('tr', { className: number > newest && newest > 0 ? 'is-new' : '' },
    ...[time, badge, ids.length, stored].map((value) => element('td', {}, value)),
    element('td', { title: batchId || 'a single event' }, element('code', { textContent: batchId ? batchId.slice(0, 8) : 'single' })));
}
