/* A host's page around the built module. Tests reach in through `bed`; what they assert, they ask the endpoint. */
import { ClickQueue, createWidgetApi, postEach } from '/dist/clickqueue.js';
import { partialEnv } from '/npm/testing.js';
import { JumpingClock } from '/pages/clocks.js';

const bed = {
  queue: null,
  clock: null,
  clicked: [],
  drops: [],

  /* clock: 'real' is the browser's own; 'held' stands still until `bed.clock.isHeld` is false, and jumps from then on. */
  start(config, options, clock) {
    const { postsEach, ...apiOptions } = options ?? {};
    let api = createWidgetApi({ endpoint: '/api/track/click', ...apiOptions });
    if (postsEach) api = postEach(api);
    let env;
    if (clock === 'held') {
      bed.clock = new JumpingClock();
      api = bed.clock.watch(api);
      env = partialEnv(bed.clock.names);
    }
    const onDrop = (event, reason, detail) => bed.drops.push([event && event.id, reason, detail]);
    bed.queue = new ClickQueue({ ...config, onDrop }, api, env);
  },

  click(button) {
    const id = bed.queue.enqueue({
      sessionId: 'session', questionId: 'question', offerId: button.dataset.offer, buttonVariantId: 'a',
    });
    bed.clicked.push(id);
  },

  /* The ids in storage, in the order of their keys; those of the mirror are in a journal too, and the mark of a purge has none. */
  storedIds() {
    const keys = Object.keys(localStorage).filter((key) => /^srv_click_queue(?!!)/.test(key)).sort();
    const ids = keys.flatMap((key) => JSON.parse(localStorage.getItem(key)).map((event) => event.id));
    return [...new Set(ids)];
  },

  fillStorage() {
    for (let size = 1 << 20; size >= 1; size >>= 1) {
      try {
        for (let i = 0; ; i++) localStorage.setItem(`host.${size}.${i}`, 'x'.repeat(size));
      } catch {
        // As full as pieces of this size can make it.
      }
    }
  },
};

for (const root of [document, document.querySelector('#widget').shadowRoot]) {
  for (const button of root.querySelectorAll('button')) button.addEventListener('click', () => bed.click(button));
}
window.bed = bed;
