/** A gate for clicks before consent: they wait in memory until the visitor has answered. Before that, nothing is stored or sent. */

import type { ClickQueue, ClickQueueEnv, EnqueueOptions, NewClick, NewEvent } from './clickqueue.cjs'

export interface ConsentGateOptions {
  /**
   * If true, `grant()` acts as `deny()` when the browser sends Global Privacy Control (`navigator.globalPrivacyControl` is true).
   * Default false.
   */
  gpc?: boolean | undefined
}

/** A gate before a queue. The methods need no `this`. */
export interface ConsentGate<Event extends object = NewClick> {
  /**
   * Before the answer: keep a copy of the event in memory, with an `id` and the current time as `timestamp`, and return the id. Above
   * 1,000 events or 512 KiB the oldest event is discarded. The queue checks required fields when it is opened; until then
   * `options` have no effect.
   *
   * After `grant()` this is the queue's `enqueue`. After `deny()` it returns null.
   */
  readonly enqueue: <Given extends Event & NewEvent>(event: Given, options?: EnqueueOptions) => string | null
  /**
   * The visitor consents: open the queue and enqueue the waiting events. Returns the queue, the same one at each call, or null if `gpc`
   * denies. If `open` throws, `grant` throws the same error, and the events keep waiting.
   */
  readonly grant: () => ClickQueue<Event> | null
  /**
   * The visitor refuses or withdraws consent: discard the waiting events, open the queue if it is not open, and call its `purge()` and
   * `destroy()`. This removes events from an earlier consent, in every tab. `grant()` may follow if the visitor changes their mind.
   */
  readonly deny: () => void
}

/**
 * Create a gate before a queue. The gate calls `open` only after an answer; `open` must return a new queue at each call. `env` is the
 * window, `globalThis` by default; the gate uses its `Date`, `JSON`, `Math`, `crypto` and `navigator`.
 *
 * @example
 * import { ClickQueue, createWidgetApi } from 'clickqueue'
 * import { createConsentGate } from 'clickqueue/consent'
 *
 * const api = createWidgetApi({ endpoint: '/api/track/click' })
 * const gate = createConsentGate(() => new ClickQueue({}, api), { gpc: true })
 *
 * gate.enqueue({ sessionId: 's-1', questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue' })
 * gate.grant() // when the visitor consents; gate.deny() when not
 */
export declare function createConsentGate<Event extends object = NewClick>(
  open: () => ClickQueue<Event>,
  options?: ConsentGateOptions | null,
  env?: Pick<ClickQueueEnv, 'Date' | 'JSON' | 'Math' | 'crypto' | 'navigator'>,
): ConsentGate<Event>
