/* A visitor who clicks as fast as the server takes note of it, and a page that knows how it came back. */
const bed = window.bed;

bed.returns = []; // of each pageshow, whether it came from the back/forward cache
addEventListener('pageshow', (event) => bed.returns.push(event.persisted));

/* `size` is that of the user agent, with which a test makes an event as heavy as it likes. */
bed.enqueue = (id, size = 100) => {
  const event = { id, sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b', userAgent: 'x'.repeat(size) };
  const given = bed.queue.enqueue(event);
  bed.clicked.push(given);
  return given;
};

/* What the server was told of is clicked, whatever becomes of this page. A hidden page has no quick timer, but a quick line. */
bed.run = async (name) => {
  bed.isRunning = true;
  for (let number = 0; bed.isRunning; number++) {
    const id = bed.enqueue(`${name}-${number}`);
    await fetch('/report', { method: 'POST', body: JSON.stringify(id) });
  }
};

bed.keys = () => Object.keys(localStorage).filter((key) => key.startsWith('srv_click_queue')).sort();

/* The locks by which this page's queues know their roles: two of each, held or requested. A lock of its own has the page's client id. */
bed.askedLocks = () => navigator.locks.request(`whose ${Math.random()}`, async (own) => {
  const { held, pending } = await navigator.locks.query();
  const { clientId } = held.find((lock) => lock.name === own.name);
  const isOf = (isKey) => (lock) => lock.clientId === clientId && isKey(lock.name);
  const mains = [...held, ...pending].filter(isOf((name) => name === 'srv_click_queue'));
  return mains.length + held.filter(isOf((name) => name.startsWith('srv_click_queue:'))).length;
});

bed.locks = async () => {
  const { held, pending } = await navigator.locks.query();
  return { held: held.map((lock) => lock.name).sort(), pending: pending.map((lock) => lock.name).sort() };
};
