// What the subset needs of a runtime, once for JavaScript; `runtime.py` holds the same names for CPython.
// Transcrypt's own runtime costs 20 kB and writes onto the host's Array.prototype; this one touches nothing.
// esbuild leaves out what is not used. A name that is used and not here fails the build (tools/build.py).

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
  : typeof value == 'string' ? 'text'
  : typeof value == 'number' && !isFinite(value) ? 'other'
  : typeof value
export const field = (value, key) => {
  try {
    return value?.[key] ?? null
  } catch {
    return null
  }
}
export const given = (value, key) => value[key] !== undefined
export const names = Object.keys
export const show = (value) =>
  typeof value == 'string' ? JSON.stringify(value)
  : Object(value) === value ? kind(value)
  : String(value)
export const after = (text, prefix) => text.startsWith(prefix) ? text.slice(prefix.length) : null
export const before = (text, mark) => text.split(mark)[0]
export const whole = (text) => /^\d{1,15}$/.test(text) ? +text : -1
export const keep = (items, test) => items.filter(test)
export const some = (items, test) => items.some(test)
export const find = (items, test) => items.find(test)
export const joined = (one, other) => [...one, ...other]
export const array_text = (items, text_of) => '[' + items.map(text_of) + ']'
export const overlay = (base, top) => ({ ...base, ...top })
export const with_env = (create, base) =>
  function ClickQueue(config, api, env) {
    return new.target ? Object.assign(this, create(config, api, overlay(base, env))) : new ClickQueue(config, api, env)
  }
export const take_out = (items, item) => {
  const index = items.indexOf(item)
  if (index >= 0) items.splice(index, 1)
}
export const ordered = (items, rank) => [...items].sort((one, other) => rank(one) - rank(other))
export const attempt = (call, done, failed) => {
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
