'use strict'
/* Fakes for the tests of a host: a window made of fakes or with some, and an api with scripted answers.

   Time passes only in `advance`, and the script decides the answer to each request. All tabs of a fakeEnv() share its
   clock, its storage and its Web Locks, as the tabs of one origin do. */

/* Most promises settle within a few turns of the microtask queue; long chains need more. */
const MICROTASKS = 100

const settle = async () => {
  for (let turn = 0; turn < MICROTASKS; turn += 1) await null
}

const named = (name, message) => Object.assign(new Error(message), { name })

/** The window of the first tab, for the third argument of `ClickQueue`. */
function fakeEnv({ now = 1767225600000, userAgent = 'fake', locks = true } = {}) {
  const world = { now, uptime: 0, texts: {}, timers: [], tabs: [], isOnline: true, userAgent, locks: locks ? createLocks() : null }
  world.storage = { quota: Infinity, isBlocked: false, get texts() { return { ...world.texts } } }
  return openTab(world)
}

function openTab(world) {
  const tab = { isAlive: true, page: createTarget(), document: createTarget() }
  tab.document.hidden = false
  world.tabs.push(tab)
  const storage = createStorage(world, tab)

  tab.env = {
    Date: { now: () => world.now },
    performance: { now: () => world.uptime },
    Math,
    JSON,
    crypto: globalThis.crypto,
    AbortController,
    StorageEvent: class { constructor(type, fields) { Object.assign(this, { type, eventPhase: 2, ...fields }) } },
    document: tab.document,
    navigator: {
      userAgent: world.userAgent,
      get onLine() { return world.isOnline },
      ...(world.locks && { locks: { request: (...request) => world.locks.request(tab, ...request) } }),
    },
    get localStorage() {
      if (world.storage.isBlocked) throw named('SecurityError', 'storage is blocked')
      return storage
    },
    setTimeout(callback, delayMs) {
      const timer = { tab, callback, at: world.uptime + Math.max(delayMs, 0) }
      world.timers.push(timer)
      return timer
    },
    clearTimeout(timer) {
      world.timers = world.timers.filter((other) => other !== timer)
    },
    addEventListener: tab.page.addEventListener,
    removeEventListener: tab.page.removeEventListener,
    dispatchEvent: tab.page.dispatchEvent,

    // -- what a test does
    storage: world.storage,
    get timers() { return world.timers.filter((timer) => timer.tab === tab).length },
    get listeners() { return tab.page.count() + tab.document.count() },
    advance: (ms = 0) => advance(world, ms),
    jumpWall(ms) { world.now += ms },
    openTab: () => openTab(world),
    setOnline(isOnline) {
      world.isOnline = isOnline
      for (const { page } of world.tabs) tell(page, isOnline ? 'online' : 'offline')
    },
    setHidden(isHidden) {
      tab.document.hidden = isHidden
      tell(tab.document, 'visibilitychange')
    },
    close() {
      tell(tab.page, 'pagehide')
      tab.env.setHidden(true)
      tab.env.crash()
    },
    crash() {
      tab.isAlive = false
      tab.page.clear()
      tab.document.clear()
      world.timers = world.timers.filter((timer) => timer.tab !== tab)
      world.tabs = world.tabs.filter((other) => other !== tab)
      world.locks?.release(tab)
    },
  }
  return tab.env
}

/* Advance the clock: due timers fire in their order, and each promise settles before the next timer fires. */
async function advance(world, ms) {
  const end = world.uptime + ms
  await settle()
  for (;;) {
    const due = world.timers.filter((timer) => timer.at <= end).sort((one, other) => one.at - other.at)[0]
    if (!due) break
    world.timers = world.timers.filter((timer) => timer !== due)
    passUntil(world, due.at)
    due.callback()
    await settle()
  }
  passUntil(world, end)
}

function passUntil(world, uptime) {
  const passed = Math.max(uptime - world.uptime, 0)
  world.uptime += passed
  world.now += passed
}

function createTarget() {
  let heard = []
  return {
    addEventListener: (type, listener) => void heard.push({ type, listener }),
    removeEventListener: (type, listener) => void (heard = heard.filter((one) => one.type !== type || one.listener !== listener)),
    dispatchEvent: (event) => heard.filter(({ type }) => type === event.type).forEach(({ listener }) => listener(event)),
    count: () => heard.length,
    clear: () => (heard = []),
  }
}

/* Such an event comes from the browser; a host cannot create a trusted one. */
const tell = (target, type, fields) => target.dispatchEvent({ type, isTrusted: true, eventPhase: 2, ...fields })

/* `localStorage` of one tab: the keys of the object are those of the origin. A closed tab cannot write. */
function createStorage(world, tab) {
  const change = (key, newValue) => {
    const isSame = (world.texts[key] ?? null) === newValue
    if (!tab.isAlive || isSame) return
    if (newValue === null) delete world.texts[key]
    else world.texts[key] = newValue
    // The tab that writes gets no event.
    const others = world.tabs.filter((other) => other !== tab)
    Promise.resolve().then(() => others.forEach(({ page }) => tell(page, 'storage', { key, newValue })))
  }
  const methods = {
    getItem: (key) => world.texts[key] ?? null,
    setItem(key, text) {
      const used = Object.entries({ ...world.texts, [key]: text }).flat().join('').length
      if (used > world.storage.quota) throw named('QuotaExceededError', 'storage is full')
      change(key, String(text))
    },
    removeItem: (key) => change(key, null),
  }
  return new Proxy(world.texts, { get: (texts, name) => methods[name] ?? texts[name] })
}

/* Web Locks: exclusive, first come first served, released when a tab ends. */
function createLocks() {
  let requests = []
  const isFirst = (one) => requests.find(({ name }) => name === one.name) === one

  const end = (request) => {
    requests = requests.filter((other) => other !== request)
    grantAll()
  }
  const grantAll = () => {
    for (const request of requests.filter((one) => isFirst(one) && !one.isGranted)) {
      request.isGranted = true
      Promise.resolve().then(() => call(request, { name: request.name, mode: 'exclusive' }))
    }
  }
  const call = async (request, lock) => {
    if (!request.tab.isAlive) return
    try {
      request.resolve(await request.callback(lock))
    } catch (error) {
      request.reject(error)
    }
    end(request)
  }

  return {
    request: (tab, name, options, callback) =>
      new Promise((resolve, reject) => {
        const request = { tab, name, callback, resolve, reject, isGranted: false }
        if (options.ifAvailable && requests.some((other) => other.name === name)) {
          Promise.resolve().then(() => call(request, null))
          return
        }
        options.signal?.addEventListener('abort', () => {
          if (request.isGranted) return
          end(request)
          reject(named('AbortError', 'the request was aborted'))
        })
        requests.push(request)
        grantAll()
      }),
    release(tab) {
      requests = requests.filter((request) => request.tab !== tab)
      grantAll()
    },
  }
}

/** An error like those of `createWidgetApi`: with the HTTP status, null if there was no response. */
function failure(status = null, retryAfterMs = null) {
  return Object.assign(new Error(status === null ? 'no response' : `status ${status}`), { status, retryAfterMs })
}

/**
 * An api that records each batch and takes the next answer of its script: an `Error` fails, a function is called with the batch and returns
 * the answer, anything else is the answer. After the last one everything is acknowledged.
 */
function fakeApi(...script) {
  const calls = []
  return {
    calls,
    get events() { return calls.flatMap(({ events }) => events) },
    answer: (...answers) => void script.push(...answers),
    async trackClickBatch(events, request) {
      const call = { events, ...request }
      calls.push(call)
      const next = script.shift()
      const answer = await (typeof next === 'function' ? next(call) : next)
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}

/** A click with the four fields that a queue requires by default. */
function fakeClick(fields) {
  return { sessionId: 's-1', questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue', ...fields }
}

/** A window with some of its names replaced. Every other name is that of `base` at the moment of its use. */
function partialEnv(own, base = globalThis) {
  // A function of a real window must be called on that window.
  const onBase = (value) => (typeof value === 'function' ? new Proxy(value, { apply: (call, _, given) => call.apply(base, given) }) : value)
  return new Proxy(own, { get: (_, name) => (Object.hasOwn(own, name) ? own[name] : onBase(base[name])) })
}

exports.failure = failure
exports.fakeApi = fakeApi
exports.fakeClick = fakeClick
exports.fakeEnv = fakeEnv
exports.partialEnv = partialEnv
