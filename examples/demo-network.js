/* The network switch. Invariant: a line that is cut fails like a real one, at once, for requests that come and for those under way. */
import { byId } from './demo-elements.js';

const KEY = 'demo-line';
const HINTS = {
  on: 'On. The switch cuts this tab alone.',
  off: 'Off, for this tab alone. Clicks stay in this browser.',
  away: 'On, but the browser is offline. Clicks stay in it.',
};

let isUp = sessionStorage.getItem(KEY) !== 'cut';
let sentIds = [];
const cutters = new Set();

export const isOnline = () => isUp && navigator.onLine;

/* The ids of the events in the latest request. */
export const idsOfLatestRequest = () => sentIds;

/* A `fetch` over this line. */
export function sendOverLine(url, options) {
  if (!isUp) return Promise.reject(new TypeError('The network switch of this page is off'));
  const body = JSON.parse(options.body);
  sentIds = (body.events || [body]).map((event) => event.id);
  const cutter = new AbortController();
  cutters.add(cutter);
  const signal = AbortSignal.any([cutter.signal, options.signal].filter(Boolean)); // without AbortController the queue gives none
  return fetch(url, { ...options, signal }).finally(() => cutters.delete(cutter));
}

export function setLine(wanted) {
  if (isUp === wanted) return;
  isUp = wanted;
  sessionStorage.setItem(KEY, isUp ? 'up' : 'cut');
  if (!isUp) for (const cutter of cutters) cutter.abort(new TypeError('The network switch was turned off'));
  dispatchEvent(new Event(isUp ? 'online' : 'offline'));
}

export function drawNetwork() {
  byId('network').setAttribute('aria-checked', String(isUp));
  const hint = HINTS[!isUp ? 'off' : navigator.onLine ? 'on' : 'away'];
  if (byId('network-hint').textContent !== hint) byId('network-hint').textContent = hint;
}

byId('network').addEventListener('click', () => setLine(!isUp));
