/** Fakes for the tests of your widget: a window, and an api with scripted answers. They work in Node, without jsdom. */

import type { BatchAnswer, BatchInfo, ClickApi, ClickEvent, ClickQueueEnv, NewClick } from '../dist/clickqueue.cjs'

export interface FakeEnvOptions {
  /** The initial time of the wall clock, in ms since 1970. Default 1767225600000, the first of January 2026. */
  now?: number
  /** `navigator.userAgent`. Default `'fake'`. */
  userAgent?: string
  /** Whether the browser has Web Locks. Default true. */
  locks?: boolean
}

/** The storage that all tabs of a fake origin share. */
export interface FakeStorage {
  /** The largest number of characters in all keys and values together. A write above it throws `QuotaExceededError`. Default `Infinity`. */
  quota: number
  /** If true, every access to `localStorage` throws `SecurityError`. Default false. */
  isBlocked: boolean
  /** A copy of all stored keys and values. */
  readonly texts: Record<string, string>
}

/**
 * One tab: the third argument of `ClickQueue`, and the methods with which a test controls the tab. It has no back/forward cache and does
 * not freeze.
 *
 * Time does not pass by itself: timers fire in `advance`, and promises settle there or where the test awaits something.
 */
export interface FakeEnv extends ClickQueueEnv {
  readonly storage: FakeStorage
  /** The number of armed timers of this tab: 0 after `destroy()`. */
  readonly timers: number
  /** The number of listeners of this tab, on window and document: 0 after `destroy()`. */
  readonly listeners: number
  /** Advance the clock of all tabs of the origin by `ms`, default 0, timer by timer; promises settle before the next timer fires. */
  advance(ms?: number): Promise<void>
  /** Move the wall clock by `ms`; no timer changes. */
  jumpWall(ms: number): void
  /** Open another tab of the same origin. It shares the clock, the storage and the locks. */
  openTab(): FakeEnv
  /** Disconnect the browser from the network or connect it again, in all tabs. */
  setOnline(isOnline: boolean): void
  /** Hide this tab behind another one, or show it again. */
  setHidden(isHidden: boolean): void
  /** Close the tab as a visitor does: its page gets the events, then the browser releases its locks. */
  close(): void
  /** End the tab without any event. */
  crash(): void
}

/** Create the first tab of a new origin. */
export declare function fakeEnv(options?: FakeEnvOptions): FakeEnv

/** An error like those that `createWidgetApi` rejects with; `status` is null if there was no response. */
export declare function failure(status?: number | null, retryAfterMs?: number | null): Error & {
  status: number | null
  retryAfterMs: number | null
}

/** A batch that the queue sent. */
export interface FakeCall<Event = ClickEvent> extends BatchInfo {
  events: Event[]
}

type Answer = BatchAnswer | Error | null | undefined | void

/** An answer, or a function that returns one. A promise keeps the request in flight until the test resolves it. */
export type FakeAnswer<Event = ClickEvent> = Answer | Promise<Answer> | ((call: FakeCall<Event>) => Answer | Promise<Answer>)

export interface FakeApi<Event = ClickEvent> extends ClickApi<Event> {
  /** The batches, in the order in which they were sent. */
  readonly calls: FakeCall<Event>[]
  /** The events of all batches; an event that was sent twice is in the list twice. */
  readonly events: Event[]
  /** Append answers to the script. */
  answer(...answers: FakeAnswer<Event>[]): void
  trackClickBatch(events: Event[], request: BatchInfo): Promise<BatchAnswer | null | void>
}

/**
 * Create an api that records each batch and returns the next answer of its script: an `Error` rejects, every other value
 * resolves. After the last answer it acknowledges everything.
 */
export declare function fakeApi<Event = ClickEvent>(...script: FakeAnswer<Event>[]): FakeApi<Event>

/** A click with the four fields that a queue requires by default; `fields` are added to it. */
export declare function fakeClick(fields?: Partial<NewClick>): NewClick

/**
 * The real window with some of its names replaced, for the third argument of `ClickQueue`; in a page, not in Node. Every name that is not in `own`
 * is that of `base` (default `globalThis`) at the moment of its use, and its functions are called on `base`. A name that is `undefined` in `own` is absent.
 *
 * @example
 * import { ClickQueue } from 'clickqueue'
 * import { fakeApi, fakeClick, partialEnv } from 'clickqueue/testing'
 *
 * const env = partialEnv({ navigator: partialEnv({ onLine: false }, navigator) })
 * const queue = new ClickQueue({ maxBatchSize: 1 }, fakeApi(), env)
 * queue.enqueue(fakeClick())
 * console.assert(queue.getSnapshot().isOnline === false)
 */
export declare function partialEnv<Base extends object = ClickQueueEnv>(own: object, base?: Base): Base
