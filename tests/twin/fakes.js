// The world of a queue as it was under CPython (record.py): each port answers what its twin there has answered, and each
// call from outside comes at the same place in the order of things.
// The law: nothing here decides anything. A queue that calls something else than its twin did is lost at that line.

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

const METHODS = {
  storage: ['read', 'write', 'remove', 'listKeys'],
  clock: ['nowMs', 'uptimeMs', 'callLater', 'cancel'],
  network: ['isOnline'],
  page: ['userAgent', 'listen'],
  locks: ['request'],
  ids: ['newId', 'random'],
  json: ['dump', 'load', 'sizeBytes'],
}

// JSON is the page's own; the record only says where the host had broken it.
const NATIVE = {
  'json.dump': JSON.stringify,
  'json.load': JSON.parse,
  'json.sizeBytes': (text) => new TextEncoder().encode(text).length,
}

// More than any answer takes on its way through promises.
const MICROTASKS = 12

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

export const shown = (value) => {
  try {
    return value instanceof Error ? '<no JSON>' : (JSON.stringify(value ?? null) ?? '<function>')
  } catch {
    return '<no JSON>'
  }
}

// The words of a native error are the machine's own.
const ofOurs = ([event, reason, detail]) => [event, reason, detail.split('cannot be read: ')[0]]

const told = (error) =>
  error instanceof TypeError || error instanceof RangeError ? `${error.name}: ${error.message}` : 'an error'

class Border {
  constructor(life, name) {
    this.life = life
    this.name = name
    this.numbers = 0
    this.callbacks = {}
    this.promises = {}
    this.ends = {}
    this.api = {
      trackClickBatch: (events, request) => this.goOut('api.trackClickBatch', [shown(events), shown(request)]),
    }
    this.env = {}
    for (const [port, methods] of Object.entries(METHODS)) {
      this.env[port] = {}
      for (const method of methods) {
        this.env[port][method] = (...values) => this.goOut(`${port}.${method}`, this.texts(method, values), values)
      }
    }
  }

  texts(method, values) {
    if (method == 'dump') return []
    return values.map((value) => {
      if (typeof value != 'function') return shown(value)
      this.callbacks[++this.numbers] = value
      return shown(`#${this.numbers}`)
    })
  }

  goOut(verb, texts, values) {
    const { life, name } = this
    const { word, given } = life.call(name, verb, texts)
    const native = NATIVE[verb]
    if (native) return this.live(() => native(...values), verb, word, given)
    if (word == '!') {
      life.lines.push(`${name} ! `)
      throw unpack(given)
    }
    life.lines.push(`${name} = ${shown(given)}`)
    return this.held(given)
  }

  live(native, verb, word, given) {
    const { life, name } = this
    try {
      const value = native()
      if (word == '!') throw unpack(given)
      life.lines.push(`${name} = ${verb == 'json.load' ? 'null' : shown(value)}`)
      return value
    } catch (error) {
      life.lines.push(`${name} ! `)
      throw error
    }
  }

  held(given) {
    const number = given?.$timer ?? given?.$end ?? given?.$promise
    if (number === undefined) return unpack(given)
    this.numbers++
    if ('$end' in given) return () => this.goOut(`end ${number}`, [])
    if ('$timer' in given) return given
    return new Promise((resolve, reject) => (this.promises[number] = { resolve, reject }))
  }

  comeIn(verb, values) {
    const [deed, number] = verb.split(' ')
    if (deed == 'new') return this.start(values[0])
    if (deed == 'resolve' || deed == 'reject') return void this.promises[number][deed](values[0])
    if (deed == 'subscribe') {
      this.numbers++
      return (this.ends[number] = this.queue.subscribe(() => this.goOut(`listener ${number}`, [])))
    }
    if (deed == 'unsubscribe') return this.ends[number]()
    if (deed.startsWith('#')) return this.callbacks[deed.slice(1)](...values)
    return this.queue[deed](...values)
  }

  start(config) {
    if (typeof config?.onDrop == 'function') {
      config = { ...config, onDrop: (...drop) => this.goOut('onDrop', ofOurs(drop).map(shown)) }
    }
    this.queue = new this.life.ClickQueue(config, this.api, this.env)
  }

  look() {
    if (!this.queue) return ''
    const snapshot = this.queue.getSnapshot()
    if (snapshot === this.snapshot) return ' same'
    this.snapshot = snapshot
    return ` ${shown(snapshot)}`
  }
}

class Life {
  constructor(ClickQueue, entries) {
    this.ClickQueue = ClickQueue
    this.entries = entries
    this.lines = []
    this.at = 0
    this.borders = {}
  }

  async live() {
    while (this.at < this.entries.length) {
      const [word, text] = this.entries[this.at]
      if (word == '--') {
        this.lines.push(`-- ${text}`)
        this.at++
      } else {
        await this.happen()
      }
    }
  }

  // One call from outside, and everything that comes of it, promises too.
  async happen() {
    const happening = this.begin()
    for (let i = 0; i < MICROTASKS; i++) await null
    this.end(happening, true)
  }

  begin() {
    const [word, name, verb, packed] = this.entries[this.at++]
    if (word != '>') this.lose()
    const values = packed.map(unpack)
    this.lines.push([name, '>', verb, ...values.map(shown)].join(' '))
    this.borders[name] ??= new Border(this, name)
    const border = this.borders[name]
    try {
      const result = border.comeIn(verb, values)
      return { border, line: `${name} < ${typeof result == 'function' ? '<function>' : shown(result)}` }
    } catch (error) {
      return { border, error, line: `${name} ! ${told(error)}` }
    }
  }

  end({ border, line }, isAlone) {
    this.lines.push(line + (isAlone ? border.look() : ''))
    if (this.entries[this.at++]?.[0] != '<') this.lose()
  }

  // A call to the world: the next entry must be the same; what happened within it happens now.
  call(name, verb, texts) {
    if (this.isLost) throw new Error('lost')
    this.lines.push([name, '?', verb, ...texts].join(' '))
    const [word, who, what] = this.entries[this.at++] ?? []
    if (word != '?' || who != name || what != verb) this.lose()
    while (this.entries[this.at]?.[0] == '>') {
      const happening = this.begin()
      this.end(happening, false)
    }
    const [answer, given] = this.entries[this.at++] ?? []
    if (answer != '=' && answer != '!') this.lose()
    return { word: answer, given }
  }

  lose() {
    this.isLost = true
    this.at = Infinity
    throw new Error('lost')
  }
}

// The trace of one script, as far as it is the same.
export const live = async (ClickQueue, entries) => {
  const life = new Life(ClickQueue, entries)
  try {
    await life.live()
  } catch (error) {
    life.lines.push(life.isLost ? 'lost' : `the harness failed: ${error.stack}`)
  }
  return life.lines
}
