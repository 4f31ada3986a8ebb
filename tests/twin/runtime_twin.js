// Calls a function of runtime.js with the cases that test_runtime.py gives its twin in runtime.py.

import { shown, unpack } from './values.js'

const thrower = () => {
  throw new Error('as under CPython')
}

// Functions that a case names, since JSON carries none.
const FUNCTIONS = {
  is_two: (value) => value === 2,
  always: () => true,
  itself: (value) => value,
  second: (value) => value[1],
  never: () => false,
  quoted: () => '"text"',
  thrower,
}

const read = (value) => (value?.$function ? FUNCTIONS[value.$function] : unpack(value))

const outcome = (call) => {
  try {
    return call()
  } catch {
    return '! an error'
  }
}

// A window whose parts a case describes; a part that is null is missing.
const windowOf = ({ now, bytes, random }) => ({
  Date: { now: () => now },
  Math: { random: () => random },
  crypto: bytes && {
    getRandomValues: (numbers) => {
      numbers.set(bytes.splice(0, numbers.length))
      return numbers
    },
  },
})

// The calls of functions whose arguments or results JSON does not carry.
const SPECIAL = {
  Map: (runtime, ...calls) => {
    const table = runtime.Map()
    return calls.map(([method, ...values]) => {
      const result = method == 'size' ? table.size : table[method](...values)
      return method == 'set' || method == 'delete' ? null : (result ?? null)
    })
  },
  attempt: (runtime, answer) => {
    const calls = []
    const call = answer.$throws ? thrower : () => unpack(answer.value)
    runtime.attempt(call, (value) => calls.push(['done', value]), () => calls.push(['failed']))
    return calls
  },
  remove_item: (runtime, items, index) => {
    const result = runtime.remove_item(items, index === null ? {} : items[index])
    return [items, result ?? null]
  },
  now_ms: (runtime, now) => runtime.now_ms({ Date: now === null ? null : { now: () => now } }),
  parse_json: (runtime, text) => runtime.parse_json(window, text),
  to_json: (runtime, value) => runtime.to_json(window, unpack(value)),
  uuid7: (runtime, parts) => runtime.uuid7(windowOf(parts)),
  new_mark: (runtime, parts) => runtime.new_mark(windowOf(parts)),
  new_controller: (runtime, name) => runtime.new_controller({ [name]: class { isNew = true } })?.isNew,
  call_method: (runtime, method) => {
    const calls = []
    const target = {
      addEventListener: (...values) => calls.push(['added', ...values]),
      removeEventListener: (...values) => calls.push(['removed', ...values]),
    }
    runtime.call_method(target, method, 'online', 'listener')
    return calls
  },
  dispatch_storage: (runtime, ...values) => {
    const target = new EventTarget()
    const events = []
    target.addEventListener('storage', ({ type, key, newValue, bubbles }) => events.push([type, key, newValue, bubbles]))
    runtime.dispatch_storage({ StorageEvent, dispatchEvent: (event) => target.dispatchEvent(event) }, ...values)
    return events
  },
}

export const answers = ({ runtime }, name, cases) =>
  JSON.stringify(
    JSON.parse(cases).map((values) =>
      outcome(() => shown(SPECIAL[name] ? SPECIAL[name](runtime, ...values) : runtime[name](...values.map(read)))),
    ),
  )

// -- JavaScript alone: promises and prototypes

// A host's own answer, by the name of its fault.
const THENABLES = {
  resolved: () => Promise.resolve('value'),
  rejected: () => Promise.reject('reason'),
  'calls back at once': () => ({ then: (done) => done('value') }),
  'calls back twice': () => ({ then: (done, failed) => [done('value'), done('again'), failed('reason')] }),
  'throws in then': () => ({ then: thrower }),
  'resolves to a promise': () => ({ then: (done) => done(Promise.resolve('value')) }),
  'then throws when it is read': () => ({ get then() { return thrower() } }),
}

// What `attempt` calls, `later` where it was not called in the same call.
export const attempted = async ({ runtime }, name) => {
  const calls = []
  let isLater = ''
  const note = (word) => (value) => calls.push([word + isLater, value instanceof Error ? 'an error' : value])
  runtime.attempt(THENABLES[name], note('done'), note('failed'))
  isLater = ' later'
  // A task later every promise has settled.
  await new Promise((resolve) => setTimeout(resolve))
  return calls
}

// Whether the promise of `end_of` is settled before and after the signal is aborted.
export const ended = async ({ runtime }) => {
  const controller = new AbortController()
  let isSettled = false
  runtime.end_of(controller.signal).then(() => (isSettled = true))
  await null
  const before = isSettled
  controller.abort()
  await null
  await null
  return [before, isSettled]
}

// The text of a value while a prototype of the host has a `toJSON`.
export const spoiled = ({ runtime }, prototype, value) => {
  const owner = { Array, Object, String, Number }[prototype].prototype
  Object.defineProperty(owner, 'toJSON', { value: () => 'spoiled', configurable: true, writable: true })
  try {
    return runtime.to_json(window, value)
  } finally {
    delete owner.toJSON
  }
}

// `create_class` with a constructor that returns its arguments, with and without `new`.
export const created = ({ runtime }) => {
  const ClickQueue = runtime.create_class((...values) => ({ values }))
  const env = {}
  const made = [new ClickQueue(1, 2), ClickQueue(1, 2), new ClickQueue(1, 2, env), ClickQueue(1, 2, null)]
  return made.map((queue) => [
    queue instanceof ClickQueue,
    queue.values.slice(0, 2),
    queue.values[2] === globalThis ? 'globalThis' : queue.values[2] === env ? 'env' : 'other',
  ])
}
