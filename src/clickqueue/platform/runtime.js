// The helpers that the subset needs, for JavaScript; `runtime.py` has the same names for CPython.
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
export const describe = (value) =>
  typeof value == 'string' ? JSON.stringify(value)
  : Object(value) === value ? kind(value)
  : String(value)
export const message_of = (error) => {
  const message = field(error, 'message')
  return (kind(message) == 'string' && message) || 'status ' + describe(field(error, 'status'))
}
export const parse_whole = (text) => /^\d{1,15}$/.test(text) ? +text : -1
export const looks_like_html = (text, type) => /^\s*</.test(text) || text != '' && /html/i.test(type)
export const journal_name = (key, main) => {
  const found = key.startsWith(main) && /^(:[^.]*)?(\.\d+)?$/.exec(key.slice(main.length))
  return found ? main + (found[1] ?? '') : null
}
export const batch_address = (endpoint) => endpoint.replace(/\/?(\?.*)?$/, '/batch$1')
export const fields_of = (value) => Object.fromEntries(value.entries?.() ?? Object.entries(value))
export const filtered = (items, test) => items.filter(test)
export const some = (items, test) => items.some(test)
export const find = (items, test) => items.find(test)
export const first = (items, count) => items.slice(0, count)
export const concat = (one, other) => [...one, ...other]
export const json_array = (items, text_of) => '[' + items.map(text_of).join(',') + ']'
export const overlay = (base, top) => ({ ...base, ...top })
export const remove_item = (items, item) => {
  const index = items.indexOf(item)
  if (index >= 0) items.splice(index, 1)
}
export const in_order = (texts) => texts.sort()
export const noop = () => {}
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
export const create_class = (create) =>
  function ClickQueue(config, api, env) {
    return new.target ? Object.assign(this, create(config, api, env ?? globalThis)) : new ClickQueue(config, api, env)
  }

// -- what only a browser has

export const now_ms = (env) => {
  try {
    return Math.floor(env.Date.now())
  } catch {
    return 0
  }
}
export const parse_json = (env, text) => env.JSON.parse(text)
export const to_json = (env, value) =>
  env.JSON.stringify(value, function (key, item) {
    const own = this[key]
    // A host's own Array.prototype.toJSON (Prototype.js) or Object.prototype.toJSON spoils lists and objects.
    return Object(own) !== own || Array.isArray(own) || own.toJSON === Object.prototype.toJSON ? own : item
  })
export const utf8_bytes = (text) => encodeURIComponent(text).replace(/%../g, '-').length
export const uuid7 = (env) => {
  let index = 0, bytes
  try {
    bytes = env.crypto.getRandomValues(new Uint8Array(18))
  } catch {}
  return now_ms(env).toString(16).padStart(12, 0).replace(/.{4}$/, '-$&') +
    '-7xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => ((bytes ? bytes[index++] : env.Math.random() * 16) & 15).toString(16))
}
export const new_controller = (env) => {
  try {
    return new env.AbortController()
  } catch {
    return null
  }
}
export const end_of = (signal) => new Promise((end) => (signal.onabort = end))
export const call_method = (target, method, ...rest) => target[method](...rest)
export const dispatch_storage = (env, key, newValue) => env.dispatchEvent(new env.StorageEvent('storage', { key, newValue }))
