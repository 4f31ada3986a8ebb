/* Shows a queue live: each change of its snapshot as a line in the console, or in a panel in the page.

   Both only read `getSnapshot()`. Values from the page are written as text, never as HTML. */

const NO_BREAK = '\u00a0' // between a number and its unit
const LINES_SHOWN = 50 // of the panel's log; the console keeps all

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other)

const word = (value) => (value === null || typeof value !== 'object' ? String(value) : `${value.status ?? 'no response'} (${value.message})`)

/* `dropped` becomes `dropped.rejected` and the like; `lastFailure` is one value. */
const flat = ({ dropped, ...fields }) => ({
  ...fields,
  ...Object.fromEntries(Object.entries(dropped).map(([reason, count]) => [`dropped.${reason}`, count])),
})

/** The difference of two snapshots as one line: `state waiting → sending, inFlight 0 → 3`. */
export function describeChange(before, after) {
  const [old, now] = [flat(before), flat(after)]
  const changed = Object.keys(now).filter((name) => !isSame(old[name], now[name]))
  // The state comes first: it is the value that people look for.
  changed.sort((one, other) => (other === 'state') - (one === 'state'))
  return changed.map((name) => `${name} ${name === 'lastFailure' ? '' : `${word(old[name])} → `}${word(now[name])}`).join(', ')
}

/* Call `write(line, snapshot)` for the current state and after each change, until the returned function is called. */
function watch(queue, write) {
  let before = queue.getSnapshot()
  write(`state ${before.state}, pending ${before.pending}`, before)
  return queue.subscribe(() => {
    const after = queue.getSnapshot()
    const line = describeChange(before, after)
    before = after
    if (line !== '') write(line, after)
  })
}

/** Write each change of the snapshot as a line; returns a function that stops this. */
export function inspect(queue, write = console.log) {
  const startMs = Date.now()
  return watch(queue, (line) => write(`clickqueue +${((Date.now() - startMs) / 1000).toFixed(3)} s: ${line}`))
}

const STYLE = `
:host { all: initial; display: block; font: 13px/1.4 system-ui, sans-serif; color-scheme: light dark;
  --ink: light-dark(#1c2430, #e6eaf0); --soft: light-dark(#596575, #a3afbf); --ground: light-dark(#fff, #1b222c); --line: light-dark(#d5dbe3, #3a4656);
  --good: light-dark(#17703a, #62c88a); --busy: light-dark(#1f5fae, #7db4f5); --bad: light-dark(#a8321f, #f59685); color: var(--ink); }
:host([floating]) { position: fixed; z-index: 2147483647; right: 8px; bottom: 8px; width: min(380px, calc(100vw - 16px)); }
:host([floating]) .body { max-height: calc(100vh - 64px); overflow: auto; }
:host([floating]) details { box-shadow: 0 4px 20px #0003; }
details { background: var(--ground); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; container-type: inline-size; }
summary { padding: 8px 12px; cursor: pointer; font-weight: 600; }
summary:focus-visible, button:focus-visible, ol:focus-visible { outline: 2px solid var(--busy); outline-offset: -2px; }
summary output { color: var(--busy); }
[data-state=idle] summary output, .good { color: var(--good); }
[data-state=backing-off] :is(output, .failure), [data-state=parked] :is(output, .failure), .bad { color: var(--bad); }
.body { padding: 0 12px 12px; display: grid; gap: 8px; }
dl { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px; margin: 0; background: var(--line); border: 1px solid var(--line); }
dl div { background: var(--ground); padding: 4px 6px; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
dt { color: var(--soft); font-size: 11px; white-space: nowrap; }
dd { margin: 0; font-size: 18px; font-variant-numeric: tabular-nums; }
ul { display: grid; gap: 2px; margin: 0; padding: 0; list-style: none; color: var(--soft); overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
ol { margin: 0; padding: 0; list-style: none; height: 160px; overflow: auto; scrollbar-width: thin; font: 11px/1.5 ui-monospace, monospace; }
ol li { overflow-wrap: anywhere; border-top: 1px solid var(--line); padding: 2px 0; }
time { color: var(--soft); }
button { font: inherit; color: var(--ink); background: none; border: 1px solid var(--line); border-radius: 4px; padding: 4px 12px; cursor: pointer; justify-self: start; }
button:hover { border-color: var(--busy); }
@container (max-width: 350px) { dl { grid-template-columns: repeat(2, 1fr); } }
`

const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0)

const COUNTS = {
  accepted: ({ enqueued, recovered }) => enqueued + recovered,
  pending: ({ pending }) => pending,
  'in flight': ({ inFlight }) => inFlight,
  acknowledged: ({ acknowledged }) => acknowledged,
  'handed over': ({ handedOver }) => handedOver,
  dropped: ({ dropped }) => sum(dropped),
  batches: ({ batches }) => batches,
  failures: ({ failures }) => failures,
}
const FAULTS = ['dropped', 'failures']

/* Each is a text and its class. */
const REMARKS = {
  place: ({ isOnline, persistent }) => [`${isOnline ? 'online' : 'offline'}, ${persistent ? 'stored' : 'in memory only'}`],
  failure: ({ lastFailure }) => (lastFailure ? [`last failure: ${word(lastFailure)} at ${clock(lastFailure.at)}`, 'failure'] : ['no failure']),
  drops: ({ dropped }) => {
    const reasons = Object.entries(dropped).filter(([, count]) => count > 0)
    return reasons.length > 0 ? [`dropped: ${reasons.map(([reason, count]) => `${count} ${reason}`).join(', ')}`, 'bad'] : ['nothing dropped']
  },
  balance: ({ enqueued, recovered, acknowledged, pending, handedOver, dropped: { invalid, corrupt, ...dropped } }) => {
    // CONTRACT 6.2: what is invalid or corrupt was never accepted.
    const isRight = enqueued + recovered === acknowledged + pending + handedOver + sum(dropped)
    const parts = { acknowledged, pending, 'handed over': handedOver, dropped: sum(dropped) }
    const terms = Object.entries(parts).map(([title, count]) => `${count} ${title}`.replaceAll(' ', NO_BREAK))
    return [`${enqueued + recovered} accepted ${isRight ? '=' : 'but'} ${terms.join(' + ')}`, isRight ? 'good' : 'bad']
  },
}

const clock = (ms) => new Date(ms).toTimeString().slice(0, 8)

const element = (tag, fields, ...children) => {
  const made = Object.assign(document.createElement(tag), fields)
  made.append(...children)
  return made
}

/* The custom element. It is defined at its first use, because a server has no HTMLElement. */
function defineInspector(name) {
  if (customElements.get(name)) return
  const sheet = new CSSStyleSheet() // no <style>: a policy may forbid inline styles
  sheet.replaceSync(STYLE)

  customElements.define(name, class extends HTMLElement {
    constructor() {
      super()
      this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet]
    }

    connectedCallback() {
      this.state = element('output')
      this.counts = Object.fromEntries(Object.keys(COUNTS).map((title) => [title, element('dd')]))
      const rows = Object.entries(this.counts).map(([title, count]) => element('div', {}, element('dt', { textContent: title }), count))
      this.remarks = Object.fromEntries(Object.keys(REMARKS).map((name) => [name, element('li')]))
      this.lines = element('ol', { tabIndex: 0, ariaLabel: 'Changes, newest first' })
      const flush = element('button', { type: 'button', textContent: 'Flush', onclick: () => this.queue.flush() })
      const remarks = element('ul', {}, ...Object.values(this.remarks))
      const body = element('div', { className: 'body' }, element('dl', {}, ...rows), remarks, flush, this.lines)
      this.box = element('details', { open: true }, element('summary', {}, 'clickqueue: ', this.state), body)
      this.shadowRoot.replaceChildren(this.box)
      this.stop = watch(this.queue, (line, snapshot) => this.show(line, snapshot))
    }

    disconnectedCallback() {
      this.stop()
    }

    show(line, snapshot) {
      this.box.dataset.state = snapshot.state
      this.state.value = snapshot.state
      for (const [title, count] of Object.entries(this.counts)) {
        const value = COUNTS[title](snapshot)
        Object.assign(count, { textContent: value, className: value > 0 && FAULTS.includes(title) ? 'bad' : '' })
      }
      for (const [name, remark] of Object.entries(this.remarks)) {
        const [text, className = ''] = REMARKS[name](snapshot)
        Object.assign(remark, { textContent: text, className })
      }
      this.lines.prepend(element('li', {}, element('time', { textContent: clock(Date.now()) }), ` ${line}`))
      while (this.lines.childElementCount > LINES_SHOWN) this.lines.lastChild.remove()
    }
  })
}

/** Show the queue in a panel: in a corner of the page, or inside `parent`. Returns the element; its `remove()` ends the subscription. */
export function mountInspector(queue, parent = null) {
  const name = 'clickqueue-inspector'
  defineInspector(name)
  const panel = Object.assign(document.createElement(name), { queue })
  panel.toggleAttribute('floating', parent === null)
  ;(parent ?? document.body).append(panel)
  return panel
}
