/* The operator's page: asks the server once a second, and draws its answer. The charts' shapes are in operator-charts.js. */
import { drawCharts, redrawCharts } from './operator-charts.js';
import { startTheme } from './theme.js';

const POLL_MS = 1000; // the server counts by the second
const RATE_WINDOW_S = 10; // long enough for one request of the timer (5 s), short enough to be live

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const sum = (values) => values.reduce((total, value) => total + value, 0);

function write(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text; // a screen reader repeats what is written again
}

function plural(count, noun) {
  return `${number.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function duration(ms) {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${number.format(ms / 1000)} s`;
}

function shareText(saved, stored) {
  if (saved < 0) return 'more requests than clicks: failed ones are sent again';
  return stored > 0 ? `${Math.round((100 * saved) / stored)} % of ${plural(stored, 'click')}` : '';
}

function drawFigures({ totals, latencyMs, series }) {
  const saved = totals.stored - totals.requests;
  write('rate', number.format(sum(series.stored.slice(-RATE_WINDOW_S)) / RATE_WINDOW_S));
  write('saved', number.format(saved).replace('-', '−'));
  write('saved-share', shareText(saved, totals.stored));
  write('duplicates', number.format(totals.duplicates));
  write('p50', duration(latencyMs.p50));
  write('p99', duration(latencyMs.p99));
  const isFresh = totals.requests === 0;
  write('rate-detail', isFresh ? 'No event yet. Click in the widget.' : `${plural(totals.stored, 'event')} stored, at most ${Math.max(...series.stored)} in a second.`);
  write('saved-detail', isFresh ? 'Ten rapid clicks travel in one request.' : `${plural(totals.stored, 'event')} came in ${plural(totals.requests, 'request')}, failed ones included.`);
}

async function refresh() {
  try {
    const response = await fetch('/control/metrics');
    if (!response.ok) throw new Error(`/control/metrics answered ${response.status}; the demo's server answers 200`);
    const figures = await response.json();
    drawFigures(figures);
    drawCharts(figures.series);
    byId('away').hidden = true;
  } catch (error) {
    console.warn(error);
    byId('away').hidden = false;
  }
}

/* A hidden page sends no request. A slow answer delays the next request, so that requests never pile up. */
async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL_MS);
}

byId('lonely').hidden = true;
startTheme(byId('theme'), redrawCharts);
poll();
