// What only a window has, for JavaScript; `web.py` has the same names for CPython.

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
export const uuid7 = (env) => {
  let index = 0, bytes
  try {
    bytes = env.crypto.getRandomValues(new Uint8Array(18))
  } catch {}
  return now_ms(env).toString(16).padStart(12, 0).replace(/.{4}$/, '-$&') +
    '-7xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => ((bytes ? bytes[index++] : env.Math.random() * 16) & 15).toString(16))
}
export const new_mark = (env) => '!' + uuid7(env).slice(28)
export const new_controller = (env) => {
  try {
    return new env.AbortController()
  } catch {
    return null
  }
}
export const end_of = (signal) => new Promise((end) => (signal.onabort = end))
export const call_method = (target, method, ...rest) => target[method](...rest)
export const dispatch_storage = (env, key, newValue) => {
  try {
    env.dispatchEvent(new env.StorageEvent('storage', { key, newValue }))
  } catch {}
}
