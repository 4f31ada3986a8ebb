/**
 * A click queue for embeddable widgets. It sends events in batches, retries, keeps events while offline and through reloads, and
 * delivers each event at least once. The import has no side effects, so a server can import the module; create queues in a browser.
 *
 * This file is the reference. Times are milliseconds, sizes are UTF-8 bytes.
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

/** The fields of an event that the queue itself uses. The queue fills in those that are absent and keeps those that are given. */
export interface NewEvent {
  /** Unique among all events; the endpoint ignores a second event with the same id. Not empty. Default: a UUID of version 7, 36 characters. */
  id?: string | undefined
  /** When the event happened, in ms since 1970. Default: now. */
  timestamp?: number | undefined
  /** Default: `navigator.userAgent`. */
  userAgent?: string | undefined
  /** How often the event was sent without an acknowledgement. The queue counts it. */
  retryCount?: number | undefined
}

/** An event as the endpoint receives it: the event that was enqueued, and the fields that the queue fills in. */
export type Sent<Event> = Event & { id: string; timestamp: number; userAgent: string }

/** The four fields that attribute a click: non-empty strings. They are the default of `requiredFields`. */
export interface ClickFields {
  sessionId: string
  questionId: string
  offerId: string
  buttonVariantId: string
}

/** A click as the caller passes it. It may have additional JSON fields, which are sent unchanged. */
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
  /** A batch keeps its `batchId` and its events through every retry, for as long as the page lives. */
  batchId: string
  /** The time of this attempt, in ms since 1970. A server can use it to correct the visitor's clock. */
  timestamp: number
}

/** The second argument of `trackClickBatch`. */
export interface BatchInfo {
  batchId: string
  timestamp: number
  /** Pass this to `fetch`. If true, the request outlives the page (browsers allow 64 KiB of such requests at a time). */
  keepalive: boolean
}

/** An endpoint's answer about single events. Every event that is in neither list is acknowledged. */
export interface BatchAnswer {
  /** These events are dropped as `rejected`, with the server's reason. */
  rejected?: Array<{ id: string; reason?: string }>
  /** The ids of events that stay in the queue and are sent again. */
  retry?: string[]
}

/**
 * The connection to the endpoint. `createWidgetApi` returns one; the example shows one that is written by hand.
 *
 * To acknowledge the batch, return nothing, null or a `BatchAnswer`, or a promise of one of these. To report a failure, throw or reject;
 * the error may have the HTTP status as `status` and the wait from `Retry-After` as `retryAfterMs`. A value whose `ok` is false is a
 * failure too, with its `status`: `fetch` resolves to such a `Response` for a 500. The types do not allow a `Response`.
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
   * `enqueue` refused the event: it is not an object or not JSON, it is larger than `maxEventBytes` or `maxQueueBytes`, a required field
   * is missing or empty, its `id` is not a string, its `timestamp` is not a number; or the queue is destroyed.
   */
  | 'invalid'
  /** The queue was over `maxQueueSize` or `maxQueueBytes`, and this was the oldest event. */
  | 'overflow'
  /** The event was older than `maxEventAge`, and one last attempt failed. */
  | 'expired'
  /** The server listed the event as `rejected`, or answered the event alone with 400 or 422, `maxRetries` times. */
  | 'rejected'
  /** The server answered the event alone with 413, `maxRetries` times. */
  | 'too_large'
  /** A value in storage was not an event. */
  | 'corrupt'
  /** `purge()` was called, in this tab or in another one. */
  | 'purged'

/**
 * The settings of a queue. Every field is optional. A wrong value throws a `TypeError` or `RangeError` at construction; the error
 * names the field, the value and the allowed range. After that the queue never throws. Numbers of events and bytes are integers.
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
   * The number of events in a batch. The `enqueue` that completes a batch sends it in the same call. 1 to 1,000, default 10, which saves
   * nine of ten requests; its 3 kB are far below the limit of keepalive requests. A batch never has more than 60,000 bytes.
   */
  maxBatchSize: number
  /** The longest time that the first event of a batch waits for others. 0 to 86,400,000 ms (a day), default 5,000. */
  maxBatchDelay: number
  /**
   * The number of failures in a row after which the queue is `parked`. It then keeps everything, and tries again when the browser comes
   * online, when the page becomes visible, when a new batch is due, at the next page load, and every ten minutes. It is also the number of
   * attempts for an event that the server rejects when it is sent alone (400, 413, 422). 1 to 1,000, default 10: about three minutes.
   */
  maxRetries: number
  /**
   * The wait after the first failure. It doubles with each further failure, up to `maxRetryDelay`: 2, 4, 8, 16, 30, 30 s.
   * 1 to 86,400,000 ms, default 2,000.
   */
  initialRetryDelay: number
  /** The longest of these waits. `Retry-After` can make a wait longer, up to an hour. 1 to 86,400,000 ms, default 30,000. */
  maxRetryDelay: number
  /**
   * The `localStorage` key with a copy of the first 50 pending events. Keys that begin with `<key>:` contain the events of each tab,
   * `<key>!` is the mark of a purge. All of these keys belong to the queue, which removes from them everything that is not an event. Not
   * empty, default `'srv_click_queue'`. Queues with the same endpoint may share a key; queues with different endpoints need different
   * keys, such as `shop_clicks` and `blog_clicks`.
   */
  storageKey: string
  /**
   * The largest number of pending events; above it the oldest event is dropped as `overflow`. 1 to 10,000, default 1,000: a day of clicks
   * without network. If it is smaller than `maxBatchSize`, the queue sends when it is full.
   */
  maxQueueSize: number
  /** The largest size of all pending events; above it the oldest is dropped. 1,000 to 4,194,304 bytes, default 524,288: a tenth of a browser's quota. */
  maxQueueBytes: number
  /** The largest size of one event. 100 to 50,000 bytes, default 4,096: ten times a usual click, and it still fits into one request. */
  maxEventBytes: number
  /** An older event is sent once more, and dropped as `expired` if that fails. 0 to 31,536,000,000 ms (a year), default 604,800,000 (seven days). */
  maxEventAge: number
  /**
   * The largest share of a wait that is subtracted at random. 0 to 1, default 0: waits are exact. With very many visitors, 0.5 spreads
   * their requests after an outage.
   */
  retryJitter: number
  /**
   * The fields that `enqueue` requires; each must be a non-empty string. Default: `sessionId`, `questionId`, `offerId` and
   * `buttonVariantId`. With `[]`, or other names, the queue accepts other kinds of events. The list must be an array; its elements are not checked.
   */
  requiredFields: readonly string[]
  /**
   * Called for each dropped event. `detail` describes the cause in a sentence. `event` is the dropped event; for `invalid` and `corrupt` it
   * may be any value. Default null. The queue catches its exceptions.
   */
  onDrop: ((event: unknown, reason: DropReason, detail: string) => void) | null
}

/** The default of every field of the config. */
export declare const DEFAULTS: Readonly<QueueConfig>

/**
 * The state of a queue.
 *
 * `idle`: no event is pending · `waiting`: for more events, or for `maxBatchDelay` · `sending`: a request is in flight ·
 * `backing-off`: waiting for the next retry · `parked`: see `maxRetries` · `destroyed`.
 */
export type QueueState = 'idle' | 'waiting' | 'sending' | 'backing-off' | 'parked' | 'destroyed'

/**
 * The state of a queue and its counters since it was created. `getSnapshot()` returns the same object until a field changes.
 *
 * At every instant `enqueued + recovered = acknowledged + pending + handedOver + dropped`. The sum does not include `invalid` and
 * `corrupt` drops, which were never enqueued.
 */
export interface QueueStats {
  readonly state: QueueState
  /** `navigator.onLine`. False means that the browser is offline; true means only that it has some network. */
  readonly isOnline: boolean
  /** Whether every pending event is in `localStorage`, so that a reload or a crash loses none. */
  readonly persistent: boolean
  /** Events that are accepted and neither acknowledged nor dropped, including those in flight. */
  readonly pending: number
  /** Events in the current request. */
  readonly inFlight: number
  /** Events that `enqueue` accepted. */
  readonly enqueued: number
  /** Events adopted from storage, which earlier pages and closed tabs left there. */
  readonly recovered: number
  /** Events left in storage to other tabs, when the page was left or frozen. */
  readonly handedOver: number
  /** Events that the endpoint acknowledged. */
  readonly acknowledged: number
  /** Calls of `enqueue` with the id of a pending event. */
  readonly duplicates: number
  /** The last failed attempt, null if there was none. Use it in a status line, and to find out why nothing arrives. */
  readonly lastFailure: Readonly<LastFailure> | null
  /** Batches passed to the api, including retries. */
  readonly batches: number
  /** Batches that failed. */
  readonly failures: number
  /** Dropped events, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>
}

/** The stats where no queue exists: on a server, and before a component is mounted. All counters are 0, and `state` is `idle`. */
export declare const EMPTY_STATS: Readonly<QueueStats>

/** The failure of an attempt: a response that acknowledges nothing, a timeout, no network, or an error that the api threw. */
export interface LastFailure {
  /**
   * The `status` of the error, unchanged; null if it had none. With `createWidgetApi` it is the HTTP status, 0 for a redirect, and
   * null if there was no response.
   */
  status: number | null
  /** The message of the error that `createWidgetApi` or your own api threw. */
  message: string
  /** The time of the failure, in ms since 1970. */
  at: number
}

/** The options of `enqueue`. */
export interface EnqueueOptions {
  /**
   * If true, the event does not wait for `maxBatchDelay`: the same call sends it, with all other unsent events. It still waits
   * while a request is in flight, while the queue backs off or is parked, and while the browser is offline. Default false.
   */
  urgent?: boolean | undefined
}

/**
 * A queue in one page. Several tabs and several widgets may each have a queue; they share the storage and lose no event.
 *
 * The methods need no `this`: `useSyncExternalStore(queue.subscribe, queue.getSnapshot)` works. A subclass may add
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
   * Accept an event and return its id. When it returns, the event is in `localStorage`; the call does not wait for the network.
   * A second event with the id of a pending one is not added. Returns null if the event is refused, see `DropReason`. Never throws.
   */
  readonly enqueue: <Given extends Event & NewEvent>(event: Given, options?: EnqueueOptions) => string | null
  /** Send all unsent events now, batch after batch, even while backing off or parked; not while the browser is offline. */
  readonly flush: () => void
  /** Call `listener` after each change of the snapshot, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void
  /** Return the current state and counters: the same object until a field changes. */
  readonly getSnapshot: () => QueueStats
  /**
   * Drop every event of this `storageKey`, because the visitor withdrew consent: in memory, in storage, and in the other tabs of this
   * origin, open or closed. A frozen tab drops its events before it sends or writes again. A request in flight cannot be recalled.
   */
  readonly purge: () => void
  /**
   * Remove all timers and listeners. A request in flight may settle; stored events stay in storage for the next start.
   * Afterwards `enqueue` returns null. A second call has no effect.
   */
  readonly destroy: () => void
}

/** `Type` with every field optional; undefined means absent. */
export type Optional<Type> = { [Name in keyof Type]?: Type[Name] | undefined }

/** `Type`, but TypeScript does not infer it from here. */
type NotInferred<Type> = [Type][Type extends unknown ? 0 : never]

/**
 * Creates a queue, with or without `new`. The type of the events is `NewClick` by default.
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

/** The options of `createWidgetApi`. A wrong option throws at once; the error names it. */
export interface WidgetApiOptions {
  /** The address that accepts one click. Not empty, no default. */
  endpoint: string
  /**
   * The address that accepts a `BatchRequest`. Default: the path of `endpoint` + `/batch`, before a query. Use `postEach` for a
   * server without such a route.
   */
  batchEndpoint?: string | undefined
  /**
   * The longest time for a request, including the body of its response. 1 to 600,000 ms, default 10,000: long enough to resend three lost
   * packets. The queue sends no other batch meanwhile.
   */
  timeoutMs?: number | undefined
  /** Additional headers, such as an API key: a plain object, `Headers` or a `Map`. Default none. For a token that changes, pass your own `fetch`. */
  headers?: Record<string, string> | Headers | Map<string, string> | undefined
  /**
   * The `Content-Type` header, default `'application/json'`. With `'text/plain'` and no `headers`, a request to another origin needs no
   * CORS preflight. The body is JSON in both cases.
   */
  contentType?: string | undefined
  /** Called instead of the page's `fetch`. Default null: `window.fetch` at the time of each call. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | null | undefined
}

/**
 * The error that the promises of a `WidgetApi` reject with. Without a response (network error, timeout) it has neither field.
 *
 * A web page instead of an answer (a captive portal) and a redirect are failures too; a redirect has status 0.
 */
export interface WidgetApiError extends Error {
  readonly status?: number
  /** The wait from `Retry-After`, in ms; 0 if there is none. */
  readonly retryAfterMs?: number
}

/** The connection to the endpoint over `fetch`, for events of any type. Its promises always settle, and reject with a `WidgetApiError`. */
export interface WidgetApi extends ClickApi<object> {
  /** Post one event, without the queue. For a 2xx response it resolves to its JSON, or to null. */
  trackClick(event: object, request?: Partial<BatchInfo>): Promise<unknown>
  /** Post a `BatchRequest`. */
  trackClickBatch(events: object[], request: BatchInfo): Promise<BatchAnswer | null>
}

/**
 * Create the connection to an endpoint, for the second argument of `ClickQueue`.
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
 * Wrap an api for a server without a batch route: `trackClick` posts the clicks of a batch one after the other, up to the first failure.
 * Set `maxBatchSize: 1` with it, so that each click has its own retries and `Retry-After` is obeyed.
 *
 * @example
 * import { ClickQueue, createWidgetApi, postEach } from 'clickqueue'
 *
 * const queue = new ClickQueue({ maxBatchSize: 1 }, postEach(createWidgetApi({ endpoint: '/api/track/click' })))
 */
export declare function postEach(api: WidgetApi): WidgetApi

// -- the window

/** An object that dispatches events, such as `window` or `document`. */
export interface EventTargetLike {
  addEventListener(type: string, listener: (event: any) => void): void
  removeEventListener(type: string, listener: (event: any) => void): void
}

/**
 * The third argument of `ClickQueue`: the window that the queue uses, default `globalThis`. The queue uses only these
 * names. Any of them may throw at any time, and the optional ones may be absent; the queue then works without them.
 * `createWidgetApi` does not use this object.
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
  /** The storage. Its keys must be own enumerable properties of the object. `setItem` stores the whole string or throws. */
  readonly localStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** The wall clock, in ms since 1970. It may jump. */
  readonly Date: { now(): number }
  /** A monotonic clock in ms, which measures waits. If it is absent, `Date` replaces it. */
  readonly performance?: { now(): number } | undefined
  /** Random numbers for `retryJitter`, and for ids if `crypto` is absent. */
  readonly Math: { random(): number }
  /** Random bytes for ids. */
  readonly crypto?: { getRandomValues(bytes: any): ArrayLike<number> } | undefined
  readonly JSON: { parse(text: string): any; stringify(value: any, replacer?: any): any }
  readonly navigator?: {
    readonly userAgent?: string | undefined
    /** The browser is offline if this is false; every other value means online. */
    readonly onLine?: boolean | undefined
    /** Web Locks. If they are absent, a tab that starts adopts the events of all others, and an event may be sent twice. */
    readonly locks?: { request(name: string, options: any, callback: (lock: any) => any): unknown } | undefined
  } | undefined
  readonly document: EventTargetLike & { readonly hidden?: boolean }
  /** Cancels lock requests. If it is absent, the queue uses no Web Locks. */
  readonly AbortController?: unknown
  readonly StorageEvent?: unknown
  /** The queue has at most one timer at a time. */
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(handle: any): void
  /** `destroy()` and `purge()` dispatch a `StorageEvent` to the other queues of the page. If it is absent, they notice the change later. */
  dispatchEvent?(event: any): unknown
}
