/* Both versions of the module, one queue of either; `clickqueue-0.1.0.js` is the released file. */
import * as current from '/dist/clickqueue.js';
import * as first from '/pages/clickqueue-0.1.0.js';

const MODULES = { first, current };
const CONFIG = { maxBatchDelay: 50, initialRetryDelay: 50, maxRetryDelay: 200, maxRetries: 1000 };

window.bed = {
  start(version) {
    const { ClickQueue, createWidgetApi } = MODULES[version];
    bed.queue = new ClickQueue(CONFIG, createWidgetApi({ endpoint: '/api/track/click' }));
  },
  enqueue(name, count) {
    for (let number = 0; number < count; number++) {
      bed.queue.enqueue({ id: `${name}-${number}`, sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' });
    }
  },
  keys: () => Object.keys(localStorage).filter((key) => key.startsWith('srv_click_queue')),
};
