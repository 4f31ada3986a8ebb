// The border of one queue in JavaScript: its api, its window, and the script that calls it. border.py and window.py have the
// other side.
// Invariant: every part of the window passes each call on to the replay, and returns or throws what it answers.

import { shown, unpack } from './values.js'

// After these a detail has the words of a native error, which each language has its own.
const NATIVE_WORDS = ['is not JSON: ', 'was not queued: ']

const withoutNative = ([event, reason, detail]) => [
  event,
  reason,
  NATIVE_WORDS.reduce((text, words) => text.split(words)[0], detail),
]

class StorageEvent {
  constructor(type, { key, newValue }) {
    Object.assign(this, { type, key, newValue })
  }
}

export class Border {
  constructor(replay, name) {
    this.replay = replay
    this.name = name
    this.numbers = 0
    this.callbacks = new Map()
    this.promises = {}
    this.ends = {}
    this.controllers = {}
    this.api = {
      trackClickBatch: (events, request) => this.goOut('api.trackClickBatch', [events, request]),
    }
    this.window = this.windowOf()
  }

  // -- the queue calls the world

  goOut(verb, values) {
    const { word, given } = this.replay.call(this.name, verb, values.map(shown))
    return this.answer(word, given)
  }

  answer(word, given) {
    if (word == '!') {
      this.replay.lines.push(`${this.name} ! `)
      throw unpack(given)
    }
    this.replay.lines.push(`${this.name} = ${shown(given)}`)
    return this.held(given)
  }

  // What the queue gets for a tag: a promise, a controller; a timer is its own handle.
  held(given) {
    const number = given?.$timer ?? given?.$controller ?? given?.$promise
    if (number === undefined) return unpack(given)
    this.numbers++
    if ('$timer' in given) return given
    if ('$controller' in given) return (this.controllers[number] = this.controller(number))
    return new Promise((resolve, reject) => (this.promises[number] = { resolve, reject }))
  }

  controller(number) {
    const signal = { onabort: null }
    const abort = () => {
      this.goOut(`abort ${number}`, [])
      signal.onabort()
    }
    return { signal, abort }
  }

  // A value that each language makes by itself, unless the host has broken JSON.
  native(verb, texts, call, result = shown) {
    const { replay, name } = this
    const { word, given } = replay.call(name, verb, texts)
    try {
      if (word == '!') throw unpack(given)
      const value = call()
      replay.lines.push(`${name} = ${result(value)}`)
      return value
    } catch (error) {
      replay.lines.push(`${name} ! `)
      throw error
    }
  }

  // The number of a callback: one for each function, however often it is passed.
  number(callback) {
    if (!this.callbacks.has(callback)) this.callbacks.set(callback, `#${++this.numbers}`)
    return this.callbacks.get(callback)
  }

  part(path, names) {
    return Object.fromEntries(names.map((name) => [name, (...values) => this.goOut(`${path}.${name}`, values)]))
  }

  target(path) {
    const pass = (verb) => (type, listener) => this.goOut(`${path}${verb}EventListener`, [type, this.number(listener)])
    return { addEventListener: pass('add'), removeEventListener: pass('remove') }
  }

  windowOf() {
    const border = this
    return {
      ...border.target(''),
      localStorage: border.storage(),
      performance: border.part('performance', ['now']),
      crypto: {
        getRandomValues: (numbers) => {
          numbers.set(border.goOut('crypto.getRandomValues', [numbers.length]))
          return numbers
        },
      },
      Date: border.part('Date', ['now']),
      Math: border.part('Math', ['random']),
      JSON: {
        parse: (text) => border.native('JSON.parse', [shown(text)], () => JSON.parse(text), () => 'null'),
        stringify: (value, replacer) => border.native('JSON.stringify', [], () => JSON.stringify(value, replacer)),
      },
      navigator: border.navigator(),
      document: { ...border.target('document.'), hidden: false },
      AbortController: function () {
        return border.goOut('AbortController', [])
      },
      StorageEvent,
      setTimeout: (callback, delay) => border.goOut('setTimeout', [border.number(callback), delay]),
      clearTimeout: (handle) => border.goOut('clearTimeout', [handle]),
      dispatchEvent: ({ type, key, newValue }) => border.goOut('dispatchEvent', [type, key, newValue]),
    }
  }

  // `Object.keys` of it are the stored keys.
  storage() {
    return new Proxy(this.part('localStorage', ['getItem', 'setItem', 'removeItem']), {
      ownKeys: () => this.goOut('localStorage.keys', []),
      getOwnPropertyDescriptor: (target, key) => ({ value: '', configurable: true, enumerable: true, writable: true }),
    })
  }

  navigator() {
    const border = this
    return {
      get onLine() {
        return border.goOut('navigator.onLine', [])
      },
      get userAgent() {
        return border.goOut('navigator.userAgent', [])
      },
      locks: { request: (name, options, callback) => border.requestLock(name, options, callback) },
    }
  }

  requestLock(name, options, callback) {
    const shownOptions = { ...options }
    if (options.signal) {
      const [number] = Object.entries(this.controllers).find(([, { signal }]) => signal === options.signal)
      shownOptions.signal = { $controller: +number }
    }
    return this.goOut('navigator.locks.request', [name, shownOptions, this.number(callback)])
  }

  // -- the world calls the queue

  comeIn(verb, values) {
    const [deed, number] = verb.split(' ')
    if (deed == 'new') return this.start(values[0])
    if (deed == 'resolve' || deed == 'reject') return void this.promises[number][deed](values[0])
    if (deed == 'subscribe') {
      this.numbers++
      return (this.ends[number] = this.queue.subscribe(() => this.goOut(`listener ${number}`, [])))
    }
    if (deed == 'unsubscribe') return this.ends[number]()
    if (deed.startsWith('#')) return this.callBack(deed, values)
    return this.queue[deed](...values)
  }

  callBack(number, values) {
    if (values[0]?.eventPhase !== undefined) this.window.document.hidden = values[0].hidden
    const [callback] = [...this.callbacks].find(([, known]) => known == number)
    return callback(...values)
  }

  start(config) {
    if (typeof config?.onDrop == 'function') {
      config = { ...config, onDrop: (...drop) => this.goOut('onDrop', withoutNative(drop)) }
    }
    this.queue = new this.replay.ClickQueue(config, this.api, this.window)
  }

  // The snapshot after a call, where it is another one.
  look() {
    if (!this.queue) return ''
    const snapshot = this.queue.getSnapshot()
    if (snapshot === this.snapshot) return ' same'
    this.snapshot = snapshot
    return ` ${shown(snapshot)}`
  }
}
