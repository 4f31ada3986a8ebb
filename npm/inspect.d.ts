/** Tools for development: they show each change of a queue's snapshot as a line in the console, or in a panel in the page. */

import type { ClickQueue, QueueStats } from '../dist/clickqueue.js'

/** The methods of a queue that the panel uses. */
export type Inspected = Pick<ClickQueue, 'getSnapshot' | 'subscribe' | 'flush'>

/**
 * Write the snapshot, and then each change of it, as one line; `write` is `console.log` by default. Returns a function that stops this.
 *
 * @example
 * import { ClickQueue, createWidgetApi } from 'clickqueue'
 * import { inspect } from 'clickqueue/inspect'
 *
 * const queue = new ClickQueue({}, createWidgetApi({ endpoint: '/api/track/click' }))
 * inspect(queue) // clickqueue +0.000 s: state idle, pending 0
 * queue.enqueue({ sessionId: 's-1', questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue' })
 * // clickqueue +0.002 s: state idle → waiting, enqueued 0 → 1, pending 0 → 1
 */
export declare function inspect(queue: Pick<ClickQueue, 'getSnapshot' | 'subscribe'>, write?: (line: string) => void): () => void

/**
 * Show the queue in a panel with its counters, its last failure, its drops by reason, the balance of its events (CONTRACT 6.2) and its last 50
 * changes: a custom element, `clickqueue-inspector`, with a shadow root, so that only rules for the element itself reach it, such as
 * `color-scheme`. It is in the lower right corner of the page, or inside `parent`. Returns the element; after its `remove()` nothing listens to
 * the queue. Needs `adoptedStyleSheets` and `light-dark()` (Chrome 123, Firefox 120, Safari 17.5).
 */
export declare function mountInspector(queue: Inspected, parent?: Element | null): HTMLElement

/** The difference of two snapshots as one line: `state waiting → sending, inFlight 0 → 3`. Empty if they are equal. */
export declare function describeChange(before: QueueStats, after: QueueStats): string
