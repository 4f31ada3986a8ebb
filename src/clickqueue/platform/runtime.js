// Values, lists and calls, for JavaScript; `runtime.py` has the same names for CPython.
// Transcrypt's own runtime costs 20 kB and writes onto the host's Array.prototype; this one touches nothing.
// esbuild leaves out what is not used. A name that is used and missing here fails the build (tools/build.py).

// -- what Transcrypt emits by itself

export const len = (items) => items.length
export const min = Math.min
export const max = Math.max
export const str = String
export const py_TypeError = TypeError
export const ValueError = RangeError

// -- what runtime.py describes

const create_map = () => new Map()
export { create_map as Map }
export const kind = (value) =>
  value == null ? 'null'
  : Array.isArray(value) ? 'list'
  : typeof value == 'number' && !isFinite(value) ? 'other'
  : typeof value
export const is_whole = Number.isInteger
export const field = (value, key) => {
  try {
    return value?.[key] ?? null
  } catch {
    return null
  }
}
export const has_value = (value, key) => value[key] !== undefined
export const keys_of = Object.keys
export const fields_of = (value) => Object.fromEntries(value.entries?.() ?? Object.entries(value))
export const filtered = (items, test) => items.filter(test)
export const some = (items, test) => items.some(test)
export const find = (items, test) => items.find(test)
export const first = (items, count) => items.slice(0, count)
export const concat = (one, other) => [...one, ...other]
export const overlay = (base, top) => ({ ...base, ...top })
export const remove_item = (items, item) => {
  const index = items.indexOf(item)
  if (index >= 0) items.splice(index, 1)
}
export const noop = () => {}
export const attempt = (call, done = noop, failed = noop) => {
  let answer
  try {
    answer = call()
    // By way of a native promise, since a thenable of the host may call back twice, at once, or throw.
    if (typeof answer?.then == 'function') return void Promise.resolve(answer).then(done, failed)
  } catch (error) {
    return failed(error)
  }
  done(answer)
}
export const create_class = (create) =>
  function ClickQueue(config, api, env) {
    if (!new.target) return new ClickQueue(config, api, env)
    Object.assign(this, create(config, api, env ?? globalThis))
  }
