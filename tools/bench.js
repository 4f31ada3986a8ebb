// Runs in the page, as the body of an async function: what one click and one answer cost with `pending` events waiting.
// So many queues side by side, each on a key of its own, take one click each: none has more waiting than it says.

const { ClickQueue } = await import('/dist/clickqueue.js')
const [pending, count] = arguments
const event = { sessionId: 'session', questionId: 'question', offerId: 'offer', buttonVariantId: 'variant' }

const owned = async (key) => {
  const { held } = await navigator.locks.query()
  if (!held.some(({ name }) => name === key)) await owned(key)
}

const open = async () => {
  const one = { key: `bench_${crypto.randomUUID()}` }
  const api = { trackClickBatch: () => new Promise((resolve) => (one.answer = resolve)) }
  one.queue = new ClickQueue({ storageKey: one.key, maxQueueSize: 10_000, maxQueueBytes: 4_000_000 }, api)
  await owned(one.key)
  for (let n = 0; n < pending; n++) one.queue.enqueue(event)
  return one
}

// Microseconds for each of `all`, of which there are enough for the clock's resolution.
const cost_us = async (all, deed) => {
  const started_ms = performance.now()
  for (const each of all) await deed(each)
  return ((performance.now() - started_ms) / all.length) * 1000
}

const acknowledged = async ({ queue, answer }) => {
  answer()
  while (queue.getSnapshot().acknowledged === 0) await null
}

localStorage.clear()
const queues = await Promise.all(Array.from({ length: count }, open))
const text = JSON.stringify([event])
const costs = {
  write: await cost_us(queues, ({ key }) => localStorage.setItem(`${key} alone`, text)),
  accept: await cost_us(queues, ({ queue }) => void queue.enqueue(event)),
  acknowledge: await cost_us(queues, acknowledged),
}
for (const { queue, answer } of queues) {
  queue.purge()
  queue.destroy()
  answer()
}
localStorage.clear()
return costs
