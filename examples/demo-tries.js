/* "Try this": each is ticked when it was done, also by chance; a reload keeps the ticks. */
import { byId } from './demo-elements.js';

const KEY = 'demo-tries';

const tries = new Set(JSON.parse(sessionStorage.getItem(KEY) || '[]'));

/* `clicked` are the ids of this page load, `drops` those that were dropped in it, `stored` what is in localStorage. */
export function noticeTries({ snapshot, requests, clicked, stored, drops }) {
  const own = new Set(clicked);
  const done = requests.filter((request) => request.status === '200' && request.ids.some((id) => own.has(id)));
  if (done.some((request) => request.ids.length >= 10)) tries.add('burst');
  if (done.some((request) => request.ids.length === 1)) tries.add('timer');
  const hasOlder = snapshot.recovered > 0 && [...stored.keys()].some((id) => !own.has(id));
  if (!snapshot.isOnline && hasOlder) tries.add('cut');
  if (tries.has('cut') && snapshot.isOnline && snapshot.pending === 0) tries.add('mend');
  if ([...drops.values()].some(({ reason }) => reason === 'rejected')) tries.add('drop');
  sessionStorage.setItem(KEY, JSON.stringify([...tries]));
}

export function drawTries() {
  for (const item of byId('tries').children) item.classList.toggle('is-done', tries.has(item.dataset.try));
}
