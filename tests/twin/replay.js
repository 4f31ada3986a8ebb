// A script as it ran under CPython (recorder.py), repeated with the built module: each call of the queue gets the recorded
// answer, and each call from outside comes at the same place in the order of things.
// Invariant: nothing here decides anything. A queue that calls something else than in CPython is lost at that line.

import { Border } from './fakes.js'
import { shown, told, unpack } from './values.js'

// More than any answer takes on its way through promises.
const MICROTASKS = 12

export class Replay {
  constructor(ClickQueue, entries) {
    this.ClickQueue = ClickQueue
    this.entries = entries
    this.lines = []
    this.at = 0
    this.borders = {}
  }

  async run() {
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

  // One call from outside, and everything that comes of it, also in the reactions of promises.
  async happen() {
    const happening = this.begin()
    for (let i = 0; i < MICROTASKS; i++) await null
    this.end(happening, true)
  }

  begin() {
    const [word, name, verb, packed] = this.next()
    if (word != '>') this.lose()
    const values = packed.map(unpack)
    this.lines.push([name, '>', verb, ...values.map(shown)].join(' '))
    this.borders[name] ??= new Border(this, name)
    const border = this.borders[name]
    try {
      return { border, line: `${name} < ${shown(border.comeIn(verb, values))}` }
    } catch (error) {
      return { border, line: `${name} ! ${told(error)}` }
    }
  }

  end({ border, line }, isAlone) {
    this.lines.push(line + (isAlone ? border.look() : ''))
    if (this.next()[0] != '<') this.lose()
  }

  next() {
    return this.entries[this.at++] ?? []
  }

  // A call to the world: the next entry must be the same. What happened within it in CPython happens now.
  call(name, verb, texts) {
    if (this.isLost) throw new Error('lost')
    this.lines.push([name, '?', verb, ...texts].join(' '))
    const [word, who, what] = this.next()
    if (word != '?' || who != name || what != verb) this.lose()
    while (this.entries[this.at]?.[0] == '>') this.end(this.begin(), false)
    const [answer, given] = this.next()
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
export const replay = async (ClickQueue, entries) => {
  const run = new Replay(ClickQueue, entries)
  try {
    await run.run()
  } catch (error) {
    run.lines.push(run.isLost ? 'lost' : `the harness failed: ${error.stack}`)
  }
  return run.lines
}
