// Runs in the page, as the body of an async function: one situation that once cost far more than its size.
// Every answer is a ratio of two times of this run, but where it is a count.

const { ClickQueue } = await import('/dist/clickqueue.js')
const [situation] = arguments
const event = { sessionId: 'session', questionId: 'question', offerId: 'offer', buttonVariantId: 'variant' }
const text = JSON.stringify([event])
const api = { trackClickBatch: () => new Promise(() => {}) }
const config = (more) => ({ storageKey: `cliff_${crypto.randomUUID()}`, maxQueueSize: 10_000, maxQueueBytes: 4_000_000, ...more })

// A window with other parts: its functions are called on the real one.
const windowWith = (parts) =>
  new Proxy(window, {
    get: (real, name) => (name in parts ? parts[name] : typeof real[name] === 'function' ? real[name].bind(real) : real[name]),
  })

const time_ms = async (deed) => {
  const started_ms = performance.now()
  await deed()
  return performance.now() - started_ms
}

const settled = async (storageKey) => {
  const { held } = await navigator.locks.query()
  if (!held.some(({ name }) => name === storageKey)) await settled(storageKey)
}

const fill = (queue, count) => {
  for (let n = 0; n < count; n++) queue.enqueue(event)
}

const clicks_ms = (pending, env, clicks = 200) => {
  const queue = new ClickQueue(config(), api, env)
  fill(queue, pending)
  const spent_ms = time_ms(() => fill(queue, clicks))
  queue.purge()
  queue.destroy()
  return spent_ms
}

const destroy_ms = async (count) => {
  const queues = Array.from({ length: count }, () => new ClickQueue(config(), api))
  for (const queue of queues) fill(queue, 5)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const spent_ms = await time_ms(() => queues.forEach((queue) => queue.destroy()))
  localStorage.clear()
  return spent_ms
}

const return_ms = async (count) => {
  const listeners = []
  const env = windowWith({ addEventListener: (type, listener) => type === 'pagehide' && listeners.push(listener) })
  const queues = Array.from({ length: count }, () => new ClickQueue(config(), api, env))
  for (const queue of queues) fill(queue, 5)
  const tell = (type) => listeners.forEach((listener) => listener({ type, eventPhase: 2, isTrusted: true }))
  tell('pagehide')
  const spent_ms = await time_ms(() => tell('pageshow'))
  queues.forEach((queue) => queue.destroy())
  localStorage.clear()
  return spent_ms
}

const events_ms = async () => {
  const options = config()
  const queue = new ClickQueue(options, api)
  await settled(options.storageKey)
  const spent_ms = await time_ms(() => {
    for (let n = 0; n < 1000; n++) dispatchEvent(new StorageEvent('storage', { key: `foreign ${n}`, newValue: 'x' }))
  })
  queue.destroy()
  return spent_ms
}

const situations = {
  async first_task() {
    const raw_ms = await time_ms(() => {
      for (let n = 0; n < 500; n++) localStorage.setItem(`raw ${n}`, text)
    })
    return (await clicks_ms(0, undefined, 500)) / raw_ms
  },
  async without_locks() {
    const env = windowWith({ navigator: { onLine: true, userAgent: '' } })
    const few_ms = await clicks_ms(10, env)
    return (await clicks_ms(1000, env)) / few_ms
  },
  async foreign_keys() {
    const alone_ms = await events_ms()
    for (let n = 0; n < 50_000; n++) localStorage.setItem(`foreign ${n}`, 'x')
    const beside_ms = await events_ms()
    localStorage.clear()
    return beside_ms / alone_ms
  },
  destroy: async () => (await destroy_ms(200)) / (10 * (await destroy_ms(20))),
  back: async () => (await return_ms(200)) / (10 * (await return_ms(20))),
  async nine_thousand() {
    const few_ms = await clicks_ms(10)
    return (await clicks_ms(9000)) / few_ms
  },
  async locks_held() {
    const options = config()
    const queue = new ClickQueue(options, api)
    await settled(options.storageKey)
    for (let n = 0; n < 3000; n++) {
      const key = `${options.storageKey}:${crypto.randomUUID()}`
      localStorage.setItem(key, '[]')
      dispatchEvent(new StorageEvent('storage', { key, newValue: '[]' }))
      while (localStorage.getItem(key) !== null) await new Promise((resolve) => setTimeout(resolve))
    }
    const { held, pending } = await navigator.locks.query()
    queue.destroy()
    return [...held, ...pending].filter(({ name }) => name.startsWith(options.storageKey)).length
  },
}

localStorage.clear()
const answer = await situations[situation]()
localStorage.clear()
return answer
