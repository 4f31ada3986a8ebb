/** For tests of a host: a window made of fakes, and an api that answers as it is told. Works in Node, without jsdom. */

import type { BatchAnswer, BatchInfo, ClickApi, ClickEvent, ClickQueueEnv, NewClick } from '../dist/clickqueue.js'

export interface FakeEnvOptions {
  /** The first time of the wall clock, ms since 1970. Default 1767225600000, the first of January 2026. */
  now?: number
  /** Default `'fake'`. */
  userAgent?: string
  /** False: a browser without Web Locks. Default true. */
  locks?: boolean
}

/** What all tabs of a fake origin store. */
export interface FakeStorage {
  /** The most characters of all keys and texts together. A write over it throws `QuotaExceededError`. Default `Infinity`. */
  quota: number
  /** True: touching `localStorage` throws `SecurityError`. Default false. */
  isBlocked: boolean
  /** A copy of what is stored. */
  readonly texts: Record<string, string>
}

/**
 * One tab. The third argument of `ClickQueue`, and what a test does to the tab. It has no back/forward cache and does not freeze.
 *
 * Nothing happens by itself: timers fire in `advance`, and promises settle there or where the test awaits something.
 */
export interface FakeEnv extends ClickQueueEnv {
  readonly storage: FakeStorage
  /** The armed timers of this tab: 0 after `destroy()`. */
  readonly timers: number
  /** The listeners at window and document of this tab: 0 after `destroy()`. */
  readonly listeners: number
  /** Let `ms` pass, default 0: for all tabs of the origin, timer by timer; promises settle before the next timer fires. */
  advance(ms?: number): Promise<void>
  /** Set the wall clock, by `ms`; no timer moves. */
  jumpWall(ms: number): void
  /** A further tab of the same origin: it has the clock, the storage and the locks of this one. */
  openTab(): FakeEnv
  /** The browser loses the network or gets it back, in all tabs. */
  setOnline(isOnline: boolean): void
  /** Another tab covers this one, or it is shown again. */
  setHidden(isHidden: boolean): void
  /** The visitor closes the tab: its page is told, then it is gone, and its locks are given away. */
  close(): void
  /** The tab is gone without any event. */
  crash(): void
}

export declare function fakeEnv(options?: FakeEnvOptions): FakeEnv

/** An error as `createWidgetApi` rejects with: `status` is null where there was no response. */
export declare function failure(status?: number | null, retryAfterMs?: number | null): Error & {
  status: number | null
  retryAfterMs: number | null
}

/** A batch that the queue sent. */
export interface FakeCall<Event = ClickEvent> extends BatchInfo {
  events: Event[]
}

type Answer = BatchAnswer | Error | null | undefined | void

/** An answer, or a function that returns it. A promise that the test resolves keeps the request in flight. */
export type FakeAnswer<Event = ClickEvent> = Answer | Promise<Answer> | ((call: FakeCall<Event>) => Answer | Promise<Answer>)

export interface FakeApi<Event = ClickEvent> extends ClickApi<Event> {
  /** The batches, in the order in which they were sent. */
  readonly calls: FakeCall<Event>[]
  /** The events of all batches; one that was sent twice is there twice. */
  readonly events: Event[]
  /** Append to the script. */
  answer(...answers: FakeAnswer<Event>[]): void
  trackClickBatch(events: Event[], request: BatchInfo): Promise<BatchAnswer | null | void>
}

/**
 * An api that records each batch, and answers it with the next answer of its script: an `Error` rejects, anything else
 * resolves. After the last answer everything is acknowledged.
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
