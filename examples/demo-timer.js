/* The queue's one timer, as a dial. The queue names no deadline; this page sees it because the queue runs with these two functions. */
import { byId } from './demo-elements.js';

const SAME_MS = 60; // the queue may arm the same deadline anew at each click; the dial must not start over for that
const REASONS = {
  idle: 'Nothing to send',
  waiting: 'until this batch is sent',
  sending: 'A request is on its way',
  'backing-off': 'until the next try',
  parked: 'until the next try, or until a new batch is due',
  destroyed: 'The queue is destroyed',
  offline: 'Everything is sent at once when the network is back',
};
const WITH_DEADLINE = ['waiting', 'backing-off', 'parked'];

const timer = { armedAt: 0, dueAt: 0, handle: null };
let state = 'idle';

/* For the `env` of the queue. */
export const timerNames = {
  setTimeout(callback, delayMs) {
    const dueAt = performance.now() + delayMs;
    if (Math.abs(dueAt - timer.dueAt) > SAME_MS) timer.armedAt = performance.now();
    timer.dueAt = dueAt;
    const handle = setTimeout(() => { forget(handle); callback(); }, delayMs);
    timer.handle = handle;
    return handle;
  },
  clearTimeout(handle) {
    clearTimeout(handle);
    forget(handle);
  },
};

function forget(handle) {
  if (timer.handle === handle) timer.handle = null;
}

export function drawTimer(snapshot) {
  state = snapshot.pending > 0 && !snapshot.isOnline ? 'offline' : snapshot.state;
  document.querySelector('.queue').dataset.state = state;
  byId('reason').textContent = REASONS[state];
  drawDial();
}

function drawDial() {
  const leftMs = Math.max(0, timer.dueAt - performance.now());
  const totalMs = timer.dueAt - timer.armedAt;
  const isCounting = timer.handle !== null && WITH_DEADLINE.includes(state);
  document.querySelector('.queue').classList.toggle('is-counting', isCounting);
  byId('seconds').textContent = isCounting ? duration(leftMs) : { sending: 'now', offline: 'offline' }[state] ?? '–';
  const { style } = document.querySelector('#dial .hand');
  if (isCounting) style.strokeDashoffset = String(100 - (100 * leftMs) / totalMs);
  else style.removeProperty('stroke-dashoffset');
  const step = state === 'backing-off' ? String(Math.round(totalMs / 1000)) : '';
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

function duration(ms) {
  return ms >= 60_000 ? `${Math.ceil(ms / 60_000)} min` : `${(ms / 1000).toFixed(1)} s`;
}
