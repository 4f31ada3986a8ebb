// Runs in the page, as the body of an async function: what one `enqueue` costs with `pending` events waiting.
// The endpoint never answers, so that nothing leaves; each round is a queue of its own, on an empty storage.

const { ClickQueue } = await import('/dist/clickqueue.js')
const [pending, rounds, clicks] = arguments
const event = { sessionId: 'session', questionId: 'question', offerId: 'offer', buttonVariantId: 'variant' }
const api = { trackClickBatch: () => new Promise(() => {}) }

const owned = async (key) => {
  const { held } = await navigator.locks.query()
  if (!held.some(({ name }) => name === key)) await owned(key)
}

const costs_us = []
for (let round = 0; round < rounds; round++) {
  localStorage.clear()
  // A queue with a request in flight keeps its lock (CONTRACT 5.3), so that each round needs a key of its own.
  const key = `bench_${crypto.randomUUID()}`
  const queue = new ClickQueue({ storageKey: key }, api)
  await owned(key)
  for (let n = 0; n < pending; n++) queue.enqueue(event)
  const started_ms = performance.now()
  for (let n = 0; n < clicks; n++) queue.enqueue(event)
  costs_us.push(((performance.now() - started_ms) / clicks) * 1000)
  queue.purge()
  queue.destroy()
}
localStorage.clear()
return costs_us
