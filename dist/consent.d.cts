/** Clicks before consent: they wait in memory until the visitor has answered. Nothing is stored or sent before. */

import type { ClickQueue, ClickQueueEnv, EnqueueOptions, NewClick, NewEvent } from './clickqueue.cjs'

export interface ConsentGateOptions {
  /**
   * True: `grant()` denies where the browser sends Global Privacy Control (`navigator.globalPrivacyControl` is true).
   * Default false.
   */
  gpc?: boolean | undefined
}

/** A gate before a queue. Each method may be passed on by itself. */
export interface ConsentGate<Event extends object = NewClick> {
  /**
   * Before the answer: keep a copy of the event in memory, with the `id` and the `timestamp` of this moment; returns the id. Of more than
   * 1,000 events or 512 KiB the oldest is forgotten. Required fields are checked by the queue, when it is opened; until then
   * `options` have no effect.
   *
   * After `grant()` it is `enqueue` of the queue. After `deny()` it returns null.
   */
  readonly enqueue: <Given extends Event & NewEvent>(event: Given, options?: EnqueueOptions) => string | null
  /**
   * The visitor consents: open the queue and enqueue what waits. Returns the queue, the same at each call; null where `gpc` denies it.
   * Throws what `open` throws; the events then wait on.
   */
  readonly grant: () => ClickQueue<Event> | null
  /**
   * The visitor refuses, or withdraws: forget what waits, then `purge()` and `destroy()` the queue, which is opened for it where there is
   * none. That removes what an earlier consent left, in every tab. `grant()` may follow when the visitor thinks again.
   */
  readonly deny: () => void
}

/**
 * Make a gate before a queue. `open` is called once there is an answer, never before, and returns a new queue at each call. `env` is the
 * window, `globalThis` by default; of it the gate uses `Date`, `JSON`, `Math`, `crypto` and `navigator`.
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
