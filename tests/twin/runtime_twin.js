// Each function of runtime.js over the same awkward values as its twin in runtime.py.

import { shown, unpack } from './fakes.js'

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

// What `attempt` was told, by whom.
const attempted = (attempt, answer) => {
  const heard = []
  const call = answer.$throws ? thrower : () => unpack(answer.value)
  attempt(call, (value) => heard.push(['done', value]), () => heard.push(['failed']))
  return heard
}

// A table by text: what it says after each deed.
const tabled = (create, deeds) => {
  const table = create()
  return deeds.map(([deed, ...values]) => {
    const result = table[deed](...values)
    return deed == 'has' || deed == 'get' ? (result ?? null) : null
  })
}

export const answers = (runtime, name, cases) =>
  JSON.stringify(
    JSON.parse(cases).map((values) =>
      outcome(() => {
        if (name == 'attempt') return shown(attempted(runtime.attempt, values[0]))
        if (name == 'Map') return shown(tabled(runtime.Map, values))
        if (name == 'take_out') {
          const [items, index] = values
          const result = runtime.take_out(items, index === null ? {} : items[index])
          return shown([items, result ?? null])
        }
        return shown(runtime[name](...values.map(read)))
      }),
    ),
  )
