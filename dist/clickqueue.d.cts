/**
 * A click queue for embeddable widgets. It batches, retries, survives offline and reloads, and delivers each event at least
 * once. Importing it touches nothing, so it can be imported on a server; a queue is made in a browser.
 *
 * This file is the manual. Times are milliseconds, sizes are UTF-8 bytes.
 *
 * @example
 * import { ClickQueue, createWidgetApi } from 'clickqueue'
 *
 * const api = createWidgetApi({ endpoint: '/api/track/click' })
 * const queue = new ClickQueue({}, api)
 *
 * queue.enqueue({ sessionId: 's-1', questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue' })
 */

// -- events

/** The fields that the queue itself uses, of any event. A field that is left out is filled in; a given one is kept. */
export interface NewEvent {
  /** Unique among all events; the endpoint ignores the second event with the same id. Not empty. Default: a UUID of version 7, 36 characters. */
  id?: string | undefined
  /** When the event happened, in ms since 1970. Default: now. */
  timestamp?: number | undefined
  /** Default: that of the browser. */
  userAgent?: string | undefined
  /** How often the event was sent without an acknowledgement. The queue counts it. */
  retryCount?: number | undefined
}

/** An event as the endpoint receives it: as it was enqueued, with the fields that the queue fills in. */
export type Sent<Event> = Event & { id: string; timestamp: number; userAgent: string }

/** The four fields without which a click cannot be attributed: text, not empty. They are the default of `requiredFields`. */
export interface ClickFields {
  sessionId: string
  questionId: string
  offerId: string
  buttonVariantId: string
}

/** A click as a caller gives it. It may have further fields; JSON takes them along unchanged. */
export interface NewClick extends NewEvent, ClickFields {}

/** A click as the endpoint receives it. */
export interface ClickEvent extends NewClick {
  id: string
  timestamp: number
  userAgent: string
}

/** The body of a batch, as `createWidgetApi` posts it. */
export interface BatchRequest<Event = ClickEvent> {
  events: Event[]
  /** The same through every retry, as are its events, for as long as the page lives. */
  batchId: string
  /** The time of this attempt, in ms since 1970: a server can compute from it how wrong the visitor's clock is. */
  timestamp: number
}

/** The second argument of `trackClickBatch`. */
export interface BatchInfo {
  batchId: string
  timestamp: number
  /** Pass this to `fetch`. True: the request outlives the page (browsers allow 64 KiB of such requests at a time). */
  keepalive: boolean
}

/** An endpoint's answer about single events. Every event that is not listed is acknowledged. */
export interface BatchAnswer {
  /** Never sent again: dropped as `rejected`, with the reason that the server gives. */
  rejected?: Array<{ id: string; reason?: string }>
  /** Sent again: these stay in the queue. */
  retry?: string[]
}

/**
 * The connection to the endpoint. `createWidgetApi` returns one; the example is written by hand.
 *
 * Return nothing, null or a `BatchAnswer`, or a promise of one of these: the batch is acknowledged. Reject for a failure, with the HTTP
 * status as `status` and the wait that `Retry-After` asks for as `retryAfterMs` on the error. A value whose `ok` is false is a
 * failure too, with its `status`: that is the `Response` of `fetch`, which resolves for a 500. TypeScript refuses it nevertheless.
 *
 * @example
 * import { ClickQueue } from 'clickqueue'
 *
 * const api = {
 *   async trackClickBatch(events, { batchId, timestamp, keepalive }) {
 *     const body = JSON.stringify({ events, batchId, timestamp })
 *     const response = await fetch('/api/track/click/batch', { method: 'POST', body, keepalive })
 *     await response.text()
 *     if (!response.ok) throw Object.assign(new Error('no'), { status: response.status })
 *   },
 * }
 * const queue = new ClickQueue({}, api)
 */
export interface ClickApi<Event = ClickEvent> {
  trackClickBatch(events: Event[], request: BatchInfo): Promise<BatchAnswer | null | void> | BatchAnswer | null | void
}

// -- the queue

/** Why an event was dropped. Each drop is counted in `QueueStats.dropped` and passed to `onDrop`. */
export type DropReason =
  /**
   * `enqueue` refused it: it is not an object or not JSON, it is larger than `maxEventBytes` or `maxQueueBytes`, a required field is
   * missing or empty, its `id` is not text, its `timestamp` is not a number; or the queue is destroyed.
   */
  | 'invalid'
  /** Over `maxQueueSize` or `maxQueueBytes`: the oldest event is dropped. */
  | 'overflow'
  /** Older than `maxEventAge`, and one last attempt has failed. */
  | 'expired'
  /** The server listed it as `rejected`, or answered it alone with 400 or 422, `maxRetries` times. */
  | 'rejected'
  /** The server answered it alone with 413, `maxRetries` times. */
  | 'too_large'
  /** It was in storage and is not an event. */
  | 'corrupt'
  /** `purge()` was called, in this tab or in another one. */
  | 'purged'

/**
 * How the queue behaves. Every field is optional. A wrong one throws a `TypeError` or `RangeError` at construction that
 * names the field, the value and what is allowed. After that the queue never throws. Numbers of events and bytes are whole.
 *
 * @example
 * import { ClickQueue, createWidgetApi } from 'clickqueue'
 *
 * const queue = new ClickQueue(
 *   {
 *     maxBatchDelay: 2000,
 *     retryJitter: 0.5,
 *     onDrop: (event, reason, detail) => console.warn('click lost:', reason, detail, event),
 *   },
 *   createWidgetApi({ endpoint: '/api/track/click' }),
 * )
 */
export interface QueueConfig {
  /**
   * Events in a batch: the one that completes it sends it in the same call. 1 to 1,000, default 10: nine of ten
   * requests are saved, and 3 kB are far below the size of one keepalive request. A batch never has more than 60,000 bytes.
   */
  maxBatchSize: number
  /** How long the first event of a batch waits for others. 0 to 86,400,000 ms (a day), default 5,000. */
  maxBatchDelay: number
  /**
   * Failures in a row after which the queue is `parked`: it keeps everything, and tries again when the browser comes online,
   * when the page becomes visible, when a new batch is due, at the next page load, and every ten minutes. Also how often an event that
   * the server rejects by itself (400, 413, 422) is tried. 1 to 1,000, default 10: about three minutes.
   */
  maxRetries: number
  /**
   * The wait after the first failure. It doubles with each further one, up to `maxRetryDelay`: 2, 4, 8, 16, 30, 30 s.
   * 1 to 86,400,000 ms, default 2,000.
   */
  initialRetryDelay: number
  /** The longest of these waits. `Retry-After` makes one longer, up to an hour. 1 to 86,400,000 ms, default 30,000. */
  maxRetryDelay: number
  /**
   * The `localStorage` key with a copy of the first 50 pending events. Keys that begin with `<key>:` contain the events of each tab,
   * `<key>!` is the mark of a purge: all of these belong to the queue, which removes from them all that is not an event. Not empty,
   * default `'srv_click_queue'`. Queues with the same endpoint may share a key; queues with different endpoints need a key each,
   * such as `shop_clicks` and `blog_clicks`.
   */
  storageKey: string
  /**
   * Pending events above which the oldest is dropped, `overflow`. 1 to 10,000, default 1,000: a day of clicks without network. A
   * queue that is smaller than `maxBatchSize` sends when it is full.
   */
  maxQueueSize: number
  /** Pending bytes above which the oldest event is dropped. 1,000 to 4,194,304, default 524,288: a tenth of what browsers give an origin. */
  maxQueueBytes: number
  /** The largest event in bytes. 100 to 50,000, default 4,096: ten times a usual click, and it still fits into one request. */
  maxEventBytes: number
  /** Older events are sent once more and dropped if that fails, `expired`. 0 to 31,536,000,000 ms (a year), default 604,800,000 (seven days). */
  maxEventAge: number
  /**
   * The share of each wait that is taken off at random. 0 to 1, default 0: waits are exact. With very many visitors 0.5 spreads
   * their requests after an outage.
   */
  retryJitter: number
  /**
   * The fields that `enqueue` requires, each text and not empty. Default: `sessionId`, `questionId`, `offerId` and `buttonVariantId`.
   * With `[]`, or other names, the queue takes events of any kind. The list must be an array; its elements are not checked.
   */
  requiredFields: readonly string[]
  /**
   * Called for each event that is dropped; `detail` is a sentence. `event` is the dropped event; for `invalid` and `corrupt` it may be
   * any value. Default null. An exception that it throws stays inside the queue.
   */
  onDrop: ((event: unknown, reason: DropReason, detail: string) => void) | null
}

/** The default of every field of the config. */
export declare const DEFAULTS: Readonly<QueueConfig>

/**
 * The state of a queue.
 *
 * `idle`: nothing is pending · `waiting`: for more events, or for `maxBatchDelay` · `sending`: a request is in flight ·
 * `backing-off`: until the next retry · `parked`: after `maxRetries` failures, see there · `destroyed`.
 */
export type QueueState = 'idle' | 'waiting' | 'sending' | 'backing-off' | 'parked' | 'destroyed'

/**
 * The counters of a queue since it was made. The object keeps its identity until something changes.
 *
 * At every instant `enqueued + recovered = acknowledged + pending + handedOver + dropped`. Drops as `invalid` and `corrupt`
 * were never enqueued and are not in the sum.
 */
export interface QueueStats {
  readonly state: QueueState
  /** `navigator.onLine`. False is certain; true means only that there is some network. */
  readonly isOnline: boolean
  /** Whether every pending event is in `localStorage`, so that a reload or a crash loses none. */
  readonly persistent: boolean
  /** Accepted and not yet acknowledged, those in flight included. */
  readonly pending: number
  /** In the request that is on its way now. */
  readonly inFlight: number
  /** Accepted by `enqueue`. */
  readonly enqueued: number
  /** Adopted from storage, where earlier pages and tabs that are gone had left them. */
  readonly recovered: number
  /** Left in storage to another tab, when the page was left or frozen. */
  readonly handedOver: number
  /** Confirmed by the endpoint. */
  readonly acknowledged: number
  /** Given to `enqueue` again while they were still pending. */
  readonly duplicates: number
  /** The last attempt that failed, null before any: for a status line, and to find out why nothing arrives. */
  readonly lastFailure: Readonly<LastFailure> | null
  /** Batches that were passed to the api, retries included. */
  readonly batches: number
  /** The batches of these that failed. */
  readonly failures: number
  readonly dropped: Readonly<Record<DropReason, number>>
}

/** The stats before there is a queue: on a server, and before a component is mounted. Everything is 0, `state` is `idle`. */
export declare const EMPTY_STATS: Readonly<QueueStats>

/** The failure of an attempt: a response that acknowledges nothing, a timeout, no network, or an error that the api threw. */
export interface LastFailure {
  /**
   * The `status` of the error, as it was; null where it had none. Of `createWidgetApi` that is the HTTP status, 0 for a redirect, and
   * null where there was no response.
   */
  status: number | null
  /** The message of the error, as `createWidgetApi` or your own api gave it. */
  message: string
  /** The time of the failure, in ms since 1970. */
  at: number
}

/** How `enqueue` treats one event. */
export interface EnqueueOptions {
  /**
   * True: the event does not wait for `maxBatchDelay`; it is sent in the same call, with all other unsent events. It still waits
   * while a request is in flight, while the queue backs off or is parked, and while the browser is offline. Default false.
   */
  urgent?: boolean | undefined
}

/**
 * A queue in one page. Several tabs and several widgets may each have one; they share the storage and lose nothing.
 *
 * Each method may be passed on by itself: `useSyncExternalStore(queue.subscribe, queue.getSnapshot)`. A subclass may add
 * methods; it cannot replace these.
 *
 * @example
 * import { ClickQueue, createWidgetApi } from 'clickqueue'
 *
 * const queue = new ClickQueue({}, createWidgetApi({ endpoint: '/api/track/click' }))
 * const unsubscribe = queue.subscribe(() => {
 *   const { state, pending } = queue.getSnapshot()
 *   document.title = state == 'parked' ? `${pending} clicks are waiting` : 'Offers'
 * })
 */
export interface ClickQueue<Event extends object = NewClick> {
  /**
   * Accept an event. When its id is returned, the event is in `localStorage` already; no network is involved.
   * A second event with the id of a pending one is not added. Null: the event was refused, see `DropReason`. Never throws.
   */
  readonly enqueue: <Given extends Event & NewEvent>(event: Given, options?: EnqueueOptions) => string | null
  /** Send all unsent events now, batch after batch, even while backing off or parked; not while the browser is offline. */
  readonly flush: () => void
  /** Call `listener` after each change of the snapshot, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void
  readonly getSnapshot: () => QueueStats
  /**
   * Consent was withdrawn: drop every event of this `storageKey`, in memory, in storage, and in the other tabs of this origin, open or
   * gone. A tab that is frozen drops its events before it sends or writes again. A request in flight cannot be called back.
   */
  readonly purge: () => void
  /**
   * Leave no timer and no listener behind. A request in flight may settle; stored events wait for the next start.
   * Afterwards `enqueue` returns null. A second call does nothing.
   */
  readonly destroy: () => void
}

/** All fields may be left out, or undefined. */
export type Optional<Type> = { [Name in keyof Type]?: Type[Name] | undefined }

/** `Type`, but TypeScript does not infer it from here. */
type NotInferred<Type> = [Type][Type extends unknown ? 0 : never]

/**
 * Works without `new` too. The type of the events is `NewClick` unless one is given.
 *
 * @example
 * import { ClickQueue, createWidgetApi } from 'clickqueue'
 *
 * // In TypeScript: new ClickQueue<{ url: string }>(…)
 * const queue = new ClickQueue(
 *   { requiredFields: ['url'], storageKey: 'page_views' },
 *   createWidgetApi({ endpoint: '/api/track/view' }),
 * )
 * queue.enqueue({ url: location.href }, { urgent: true })
 */
export interface ClickQueueConstructor {
  new <Event extends object = NewClick>(
    config: Optional<QueueConfig>,
    api: ClickApi<Sent<NotInferred<Event>>>,
    env?: ClickQueueEnv,
  ): ClickQueue<Event>
  <Event extends object = NewClick>(
    config: Optional<QueueConfig>,
    api: ClickApi<Sent<NotInferred<Event>>>,
    env?: ClickQueueEnv,
  ): ClickQueue<Event>
  readonly prototype: ClickQueue
}

export declare const ClickQueue: ClickQueueConstructor

// -- the endpoint

/** The options of `createWidgetApi`. A wrong one throws at once; the error names it. */
export interface WidgetApiOptions {
  /** The address that takes one click. Not empty, no default. */
  endpoint: string
  /**
   * The address that takes a `BatchRequest`. Default: the path of `endpoint` + `/batch`, before a query. `postEach` is for a
   * server that has no such route yet.
   */
  batchEndpoint?: string | undefined
  /**
   * How long a request may take, including the body of its response. 1 to 600,000 ms, default 10,000: three lost packets are sent again
   * in that time, and nothing else of this page is sent meanwhile.
   */
  timeoutMs?: number | undefined
  /** Further headers, such as an API key: a plain object, `Headers` or a `Map`. Default none. For a token that changes, pass a `fetch` of your own. */
  headers?: Record<string, string> | Headers | Map<string, string> | undefined
  /**
   * Default `'application/json'`. With `'text/plain'`, and no `headers`, a request to another origin needs no CORS preflight; the
   * body is JSON in both cases.
   */
  contentType?: string | undefined
  /** Called instead of the page's `fetch`, which is looked up at each call. Default null. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | null | undefined
}

/**
 * The error of the promises where there was a response. Without one (network, timeout) it has neither field.
 *
 * A web page instead of an answer (a captive portal) and a redirect are failures too; the latter has status 0.
 */
export interface WidgetApiError extends Error {
  readonly status?: number
  /** The wait that `Retry-After` asks for, in ms; 0 where it asks for none. */
  readonly retryAfterMs?: number
}

/** The endpoint over `fetch`, for events of any type. Its promises always settle, and reject with a `WidgetApiError`. */
export interface WidgetApi extends ClickApi<object> {
  /** Post one event, without the queue. Resolves to the JSON of the response, or null, as soon as the status is 2xx. */
  trackClick(event: object, request?: Partial<BatchInfo>): Promise<unknown>
  /** Post a `BatchRequest`. */
  trackClickBatch(events: object[], request: BatchInfo): Promise<BatchAnswer | null>
}

/**
 * The api of a widget.
 *
 * @example
 * import { createWidgetApi } from 'clickqueue'
 *
 * const api = createWidgetApi({
 *   endpoint: '/api/track/click',
 *   batchEndpoint: '/api/track/clicks',
 *   timeoutMs: 4000,
 *   fetch: (url, init) => fetch(url, { ...init, credentials: 'include' }),
 * })
 * const click = { sessionId: 's-1', questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue' }
 * await api.trackClick({ id: 'c-1', timestamp: Date.now(), userAgent: navigator.userAgent, ...click })
 */
export declare function createWidgetApi(options: WidgetApiOptions): WidgetApi

/**
 * The same api for a server without a batch route: the clicks of a batch are posted by `trackClick`, one after the other, up to
 * the first failure. Set `maxBatchSize: 1` with it: then each click has retries of its own, and `Retry-After` is obeyed.
 *
 * @example
 * import { ClickQueue, createWidgetApi, postEach } from 'clickqueue'
 *
 * const queue = new ClickQueue({ maxBatchSize: 1 }, postEach(createWidgetApi({ endpoint: '/api/track/click' })))
 */
export declare function postEach(api: WidgetApi): WidgetApi

// -- the window

/** Where a queue listens to events. */
export interface EventTargetLike {
  addEventListener(type: string, listener: (event: any) => void): void
  removeEventListener(type: string, listener: (event: any) => void): void
}

/**
 * The third argument of `ClickQueue`: the window that the queue lives in, default `globalThis`. The queue uses only these
 * names of it. Any of them may throw at any time, and those that are optional here may be absent: the queue then does without.
 * `createWidgetApi` does not use it.
 *
 * In a test, pass the window with some names replaced, which `partialEnv` makes:
 *
 * @example
 * import { ClickQueue } from 'clickqueue'
 * import { partialEnv } from 'clickqueue/testing'
 *
 * const stored = {}
 * Object.defineProperties(stored, {
 *   getItem: { value: (key) => stored[key] ?? null },
 *   setItem: { value: (key, text) => void (stored[key] = text) },
 *   removeItem: { value: (key) => void delete stored[key] },
 * })
 * const queue = new ClickQueue({}, { trackClickBatch() {} }, partialEnv({ localStorage: stored }))
 * queue.enqueue({ sessionId: 's-1', questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue' })
 * console.log(Object.keys(stored)) // the mirror, and the journal of this queue
 */
export interface ClickQueueEnv extends EventTargetLike {
  /** Text under keys, which are the own enumerable properties of the object. `setItem` replaces a text whole or throws. */
  readonly localStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** Wall time in ms since 1970; may jump. */
  readonly Date: { now(): number }
  /** A time in ms that only grows; waits are counted on it. Absent: `Date`. */
  readonly performance?: { now(): number } | undefined
  /** For `retryJitter`, and for ids where there is no `crypto`. */
  readonly Math: { random(): number }
  /** For ids. */
  readonly crypto?: { getRandomValues(bytes: any): ArrayLike<number> } | undefined
  readonly JSON: { parse(text: string): any; stringify(value: any, replacer?: any): any }
  readonly navigator?: {
    readonly userAgent?: string | undefined
    /** Only false counts: the browser is offline. */
    readonly onLine?: boolean | undefined
    /** Web Locks. Absent: a tab that starts adopts the events of all others, and an event may be sent twice. */
    readonly locks?: { request(name: string, options: any, callback: (lock: any) => any): unknown } | undefined
  } | undefined
  readonly document: EventTargetLike & { readonly hidden?: boolean }
  /** Absent: as without `navigator.locks`. */
  readonly AbortController?: unknown
  readonly StorageEvent?: unknown
  /** One timer is armed at a time. */
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(handle: any): void
  /** Called with a `StorageEvent` by `destroy()` and `purge()`, for the other queues of the page; absent, they find out later. */
  dispatchEvent?(event: any): unknown
}
