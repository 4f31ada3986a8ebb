/* What a guest has of this page at this moment: timers, and listeners of window and document.
   A property of window, because a script of Firefox's driver does not see a page's `const`. */
const lent = window.lent = { timers: new Set(), listeners: 0 };
{
  const { setTimeout, clearTimeout } = window;
  window.setTimeout = (callback, delayMs) => {
    const timer = setTimeout(() => { lent.timers.delete(timer); callback(); }, delayMs);
    lent.timers.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => { lent.timers.delete(timer); clearTimeout(timer); };

  const { addEventListener, removeEventListener } = EventTarget.prototype;
  for (const target of [window, document]) {
    target.addEventListener = (type, listener, options) => {
      lent.listeners += 1;
      options?.signal?.addEventListener('abort', () => { lent.listeners -= 1; });
      addEventListener.call(target, type, listener, options);
    };
    target.removeEventListener = (...parameters) => { lent.listeners -= 1; removeEventListener.apply(target, parameters); };
  }
}

const macrotask = () => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { port1.close(); resolve(); };
  port2.postMessage(null);
});
const click = (id) => ({ id, sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b', userAgent: 'u' });

/* Queues come and go, each in the middle of something else. */
async function cycle(times) {
  const { ClickQueue } = await import('/dist/clickqueue.js');
  const api = { trackClickBatch: () => Promise.resolve() };
  const deeds = [
    () => {},
    (queue) => { queue.enqueue(click('a')); queue.purge(); },
    (queue) => { queue.enqueue(click('b')); queue.flush(); },
    (queue) => { queue.subscribe(() => queue.getSnapshot()); queue.enqueue(click('c')); queue.purge(); },
  ];
  for (let number = 0; number < times; number++) {
    const queue = new ClickQueue({}, api);
    deeds[number % deeds.length](queue);
    if (number % 3 === 0) await macrotask();
    queue.destroy();
    queue.destroy();
    if (number % 50 === 0) await navigator.locks.request('a moment', macrotask);
  }
}

/* One queue lives long: `answer` says what its endpoint does. */
async function live(times, answer) {
  const { ClickQueue } = await import('/dist/clickqueue.js');
  const queue = new ClickQueue({ maxBatchSize: 10 }, { trackClickBatch: answer });
  for (let number = 0; number < times; number++) {
    queue.enqueue(click(`e${number}`));
    if (number % 10 === 9) await macrotask();
  }
  window.queue = queue;
}

/* Hours of virtual time with a server that fails, in a queue that is full and is clicked on. */
async function suffer(hours) {
  const { ClickQueue } = await import('/dist/clickqueue.js');
  const { JumpingClock } = await import('/pages/clocks.js');
  const { partialEnv } = await import('/npm/testing.js');
  if (!window.sufferer) {
    const clock = new JumpingClock();
    const api = { trackClickBatch: () => { suffering.tries += 1; suffering.click(); return Promise.reject(new Error('down')); } };
    const queue = new ClickQueue({ maxQueueSize: 200, maxRetries: 1000 }, api, partialEnv(clock.names));
    let number = 0;
    const suffering = { clock, queue, tries: 0, click: () => { for (let i = 0; i < 20; i++) queue.enqueue(click(`e${number++}`)); } };
    window.sufferer = suffering;
    for (let i = 0; i < 20; i++) suffering.click();
  }
  const { clock } = window.sufferer;
  const untilMs = clock.passedMs + hours * 3600e3;
  clock.isHeld = false;
  while (clock.passedMs < untilMs) await macrotask();
  clock.isHeld = true;
}
