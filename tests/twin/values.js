// Values on their way between the two languages; values.py has the other side.

const ODD = {
  NaN: NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity,
  function() {},
  get cyclic() {
    const value = {}
    value.self = value
    return value
  },
}

export const unpack = (value) => {
  if (Object(value) !== value) return value
  if ('$odd' in value) return ODD[value.$odd]
  if ('$error' in value) return Object.assign(new Error(), unpack(value.$error))
  for (const name of Object.keys(value)) {
    // Assigning to `__proto__` would not make a field of it.
    Object.defineProperty(value, name, { value: unpack(value[name]), configurable: true, enumerable: true, writable: true })
  }
  return value
}

// A value as a line of a trace shows it.
export const shown = (value) => {
  if (value instanceof Promise) return '<promise>'
  try {
    return value instanceof Error ? '<no JSON>' : (JSON.stringify(value ?? null) ?? '<function>')
  } catch {
    return '<no JSON>'
  }
}

// An error as both languages name it; the words of any other are the language's own.
export const told = (error) =>
  error instanceof TypeError || error instanceof RangeError ? `${error.name}: ${error.message}` : 'an error'
