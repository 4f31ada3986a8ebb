/**
 * A click queue for embeddable widgets: it batches, retries, survives offline and reloads, and sends each click at
 * least once. Importing it touches nothing, so it can be imported on a server; a queue is made in a browser.
 *
 * This file is the manual. Times are milliseconds, sizes are UTF-8 bytes unless a name says otherwise.
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

/** What a click has to say of itself, as text that is not empty. Without these four it cannot be attributed, and `enqueue` refuses it. */
export interface ClickFields {
  sessionId: string
  questionId: string
  offerId: string
  buttonVariantId: string
}

/**
 * A click as a caller gives it. Every other JSON field that is put on it travels with it unchanged.
 *
 * What is absent is filled in; what is given is kept.
 */
export interface NewClick extends ClickFields {
  /** Unique among all clicks; the endpoint forgets the second event with the same one. Default: 128 random bits, up to 43 characters. */
  id?: string | undefined
  /** When it was clicked, in ms since 1970. Default: now. */
  timestamp?: number | undefined
  /** Default: the browser's. */
  userAgent?: string | undefined
  /** How often it was sent without an acknowledgement. The queue counts it. */
  retryCount?: number | undefined
}

/** A click as the endpoint receives it. */
export interface ClickEvent extends NewClick {
  id: string
  timestamp: number
  userAgent: string
}

/** The body of a batch, as `createWidgetApi` posts it. */
export interface BatchRequest {
  events: ClickEvent[]
  /** The same through every retry, as are its events, for as long as the page lives. */
  batchId: string
  /** The moment of this attempt, in ms since 1970: a server can tell from it how wrong the visitor's clock is. */
  timestamp: number
}

/** What the queue tells the api of a batch beside its events. */
export interface BatchInfo {
  batchId: string
  timestamp: number
  /** Hand this to `fetch`: true where the request fits into what a browser lets outlive its page (64 KiB). */
  keepalive: boolean
}

/** What an endpoint may say of single events. Whatever it does not name is acknowledged. */
export interface BatchAnswer {
  /** Never send these again: dropped, `rejected`, with the server's reason. */
  rejected?: Array<{ id: string; reason?: string }>
  /** Send these again: they stay in the queue. */
  retry?: string[]
}

/**
 * The way to the endpoint: what a `ClickQueue` needs of its host. `createWidgetApi` makes one; this is one by hand.
 *
 * Resolve (or return) nothing, null or a `BatchAnswer` for an acknowledgement. Reject for a failure, with the HTTP
 * status as `status`, and what `Retry-After` asks for as `retryAfterMs`, on the error. A value whose `ok` is false is a failure
 * too, with its `status`: a `Response` of `fetch`, which resolves for a 500. TypeScript refuses it here all the same.
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
export interface ClickApi {
  trackClickBatch(events: ClickEvent[], request: BatchInfo): Promise<BatchAnswer | null | void> | BatchAnswer | null | void
}

// -- the queue

/** Why an event was given up; each is counted in `QueueStats.dropped` and told to `onDrop`. */
export type DropReason =
  /**
   * `enqueue` refused it: not an object, not JSON, over `maxEventBytes` or all of `maxQueueBytes`, one of the four fields missing or
   * empty, an `id` that is no text, a `timestamp` that is no number; or the queue is destroyed.
   */
  | 'invalid'
  /** Over `maxQueueSize` or `maxQueueBytes`: the oldest goes. */
  | 'overflow'
  /** Older than `maxEventAge`, and one last attempt has failed. */
  | 'expired'
  /** The server listed it as `rejected`, or answered it alone with 400 or 422, `maxRetries` times. */
  | 'rejected'
  /** The server answered it alone with 413, `maxRetries` times. */
  | 'too_large'
  /** It lay in storage and was no event. */
  | 'corrupt'
  /** `purge()` was called. */
  | 'purged'

/**
 * How the queue behaves. Every field is optional; a wrong one throws a `TypeError` or `RangeError` at construction that
 * names the field, the value and what is allowed. After that the queue never throws. Numbers of events and bytes are whole ones.
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
   * Events that make a batch: the one that completes it sends it in the same call. 1 to 1 000, default 10: nine of ten
   * requests are saved, and 3 kB are far below what one keepalive request carries. A batch never has more than 60 000 bytes.
   */
  maxBatchSize: number
  /** How long the first event of a batch waits for others. 0 to 86 400 000 ms (a day), default 5 000: a report is that late at most. */
  maxBatchDelay: number
  /**
   * Failures in a row after which the queue is `parked`: it keeps everything, and tries again when the browser comes online,
   * when the page is shown, when a batch falls due, at the next page load, and every ten minutes. Also how often an event that the
   * server itself blames (400, 413, 422) is tried. 1 to 1 000, default 10: about three minutes.
   */
  maxRetries: number
  /**
   * The wait after the first failure; it doubles with each further one, up to `maxRetryDelay`: 2, 4, 8, 16, 30, 30 s.
   * 1 to 86 400 000 ms, default 2 000.
   */
  initialRetryDelay: number
  /** The longest of these waits. `Retry-After` makes one longer, up to an hour. 1 to 86 400 000 ms, default 30 000. */
  maxRetryDelay: number
  /**
   * The `localStorage` key of the first 50 pending events; further ones lie in `<key>.1`, `<key>.2`, …, those of further tabs in
   * `<key>:<tab>`: whatever is called so is the queue's, which removes what is no event there. Not empty, default `'srv_click_queue'`.
   * Two widgets with one endpoint share a key; with two endpoints give each its own, `shop_clicks` and `blog_clicks`.
   */
  storageKey: string
  /**
   * Pending events above which the oldest goes, `overflow`. 1 to 10 000, default 1 000: a day of clicks without network. A queue
   * that is smaller than `maxBatchSize` sends when it is full.
   */
  maxQueueSize: number
  /** Pending bytes above which the oldest goes. 1 000 to 4 194 304, default 524 288: a tenth of what browsers give an origin. */
  maxQueueBytes: number
  /** The largest event. 100 to 50 000, default 4 096: ten times a usual click, and it still fits into one request. */
  maxEventBytes: number
  /** Older events are offered once more and dropped when that fails, `expired`. 0 to 31 536 000 000 ms (a year), default 604 800 000 (seven days). */
  maxEventAge: number
  /**
   * The share of each wait that is taken off at random. 0 to 1, default 0: waits are exact. With very many visitors 0.5 keeps
   * them from coming back all at once after an outage.
   */
  retryJitter: number
  /**
   * Told of each event that is given up, with a sentence in `detail`. `event` is what was there: for `invalid` and `corrupt`
   * anything. Default null. What it throws stays inside the queue.
   */
  onDrop: ((event: unknown, reason: DropReason, detail: string) => void) | null
}

/** What every field is unless a config says otherwise. */
export declare const DEFAULTS: Readonly<QueueConfig>

/**
 * What a queue is doing.
 *
 * `idle`: nothing pending · `waiting`: for more events, or for `maxBatchDelay` · `sending`: a request is in flight ·
 * `backing-off`: until the next retry · `parked`: after `maxRetries` failures, see there · `destroyed`.
 */
export type QueueState = 'idle' | 'waiting' | 'sending' | 'backing-off' | 'parked' | 'destroyed'

/**
 * The books of a queue, counted since it was made. The same object until something changes.
 *
 * At every instant `enqueued + recovered = acknowledged + pending + handedOver + dropped`, where `invalid` and `corrupt`
 * ones were never enqueued and stay out of the sum.
 */
export interface QueueStats {
  readonly state: QueueState
  /** `navigator.onLine`. False is certain; true only says that some network is up. */
  readonly isOnline: boolean
  /** Whether everything pending is in `localStorage`, so that a reload or a crash loses nothing. */
  readonly persistent: boolean
  /** Accepted and not yet acknowledged, those in flight included. */
  readonly pending: number
  /** In the request that is on its way now. */
  readonly inFlight: number
  /** Accepted by `enqueue`. */
  readonly enqueued: number
  /** Found in storage, left there by earlier pages and by tabs that have died. */
  readonly recovered: number
  /** Given to another tab, when this page went into the back/forward cache. */
  readonly handedOver: number
  /** Confirmed by the endpoint. */
  readonly acknowledged: number
  /** Given to `enqueue` again while they were still pending. */
  readonly duplicates: number
  /** The last attempt that failed, null before any: for a status line, and for the developer who asks why nothing arrives. */
  readonly lastFailure: Readonly<LastFailure> | null
  /** Batches that were handed to the api, retries included. */
  readonly batches: number
  /** Of these, the ones that failed. */
  readonly failures: number
  readonly dropped: Readonly<Record<DropReason, number>>
}

/** Why an attempt failed: a response that acknowledges nothing, a timeout, no network, or an error that the api threw. */
export interface LastFailure {
  /** The HTTP status; null where there was no response. */
  status: number | null
  /** The message of the error, as `createWidgetApi` or your own api gave it. */
  message: string
  /** When, in ms since 1970. */
  at: number
}

/**
 * A queue in one page. Several tabs and several widgets may each have one; they share the storage and lose nothing.
 *
 * Each method may be handed on by itself: `useSyncExternalStore(queue.subscribe, queue.getSnapshot)`. A class of yours that extends
 * it may add methods, not replace these.
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
export interface ClickQueue {
  /**
   * Accept a click. When it returns the id, the click is in `localStorage` already, and no network stands between.
   * The same id twice, while the first is pending, is one event. Null: refused, see `DropReason`; never throws.
   */
  readonly enqueue: <Click extends NewClick>(event: Click) => string | null
  /** Send what is unsent now, batch after batch, even while backing off or parked; not while the browser is offline. */
  readonly flush: () => void
  /** Call `listener` after each change of the snapshot, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void
  readonly getSnapshot: () => QueueStats
  /**
   * Forget every event of this queue and of tabs that have died, here and in storage: consent was withdrawn. What is in flight
   * cannot be called back. Queues that live in other tabs keep theirs: purge each. A queue learns what dead tabs have left some
   * milliseconds after it was made, and forgets it then, so do not `destroy()` it in the same moment.
   */
  readonly purge: () => void
  /**
   * Leave no timer and no listener behind. A request in flight may settle; stored events wait for the next start.
   * After it `enqueue` returns null. Twice is fine.
   */
  readonly destroy: () => void
}

/** What may be left out, or undefined. */
export type Optional<Type> = { [Name in keyof Type]?: Type[Name] | undefined }

/** Works without `new` too. `env` replaces single parts of the browser, for tests. */
export interface ClickQueueConstructor {
  new (config: Optional<QueueConfig>, api: ClickApi, env?: Partial<ClickQueueEnv>): ClickQueue
  (config: Optional<QueueConfig>, api: ClickApi, env?: Partial<ClickQueueEnv>): ClickQueue
  readonly prototype: ClickQueue
}

export declare const ClickQueue: ClickQueueConstructor

// -- the endpoint

/** What `createWidgetApi` takes. A wrong option throws at once and names itself. */
export interface WidgetApiOptions {
  /** The address that takes one click. Not empty, no default. */
  endpoint: string
  /**
   * The address that takes a `BatchRequest`. Default: `endpoint` + `/batch`, so give it where `endpoint` has a query or ends with
   * a slash. `postEach` is for a server that has no such route yet.
   */
  batchEndpoint?: string | undefined
  /**
   * How long a request may take, the body of its answer included. 1 to 600 000 ms, default 10 000: three lost packets are sent again
   * in that time, and nothing else of this page is sent meanwhile.
   */
  timeoutMs?: number | undefined
  /** Further headers, say of a key: a plain object, no `Headers`. Default none. For a token that changes, give a `fetch` of your own. */
  headers?: Record<string, string> | undefined
  /**
   * Default `'application/json'`. With `'text/plain'`, and no `headers`, a request to another origin needs no CORS preflight; the
   * body is JSON all the same.
   */
  contentType?: string | undefined
  /** Called instead of the page's `fetch`, which is looked up at each call. Default null. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | null | undefined
}

/**
 * What the promises reject with where there was an answer. Without one (network, timeout) it has neither field.
 *
 * A web page instead of an answer (a captive portal) and a redirect are failures too; the latter has status 0.
 */
export interface WidgetApiError extends Error {
  readonly status?: number
  /** What `Retry-After` asks for, in seconds or by date; 0 where it asks for nothing. */
  readonly retryAfterMs?: number
}

/** The endpoint over `fetch`. Its promises always settle, and reject with a `WidgetApiError`. */
export interface WidgetApi extends ClickApi {
  /** Post one click, without the queue. Resolves to the answer's JSON, or null, as soon as the status is 2xx. */
  trackClick(event: object, request?: Partial<BatchInfo>): Promise<unknown>
  /** Post a `BatchRequest`. */
  trackClickBatch(events: ClickEvent[], request: BatchInfo): Promise<BatchAnswer | null>
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

// -- the ports: what stands for the browser in a test

/** Text under keys, like `localStorage`. Any method may throw at any time. */
export interface StoragePort {
  read(key: string): string | null
  /** Replaces the text, whole or not at all. */
  write(key: string, text: string): void
  remove(key: string): void
  listKeys(): string[]
}

/** Two times and a timer. */
export interface ClockPort {
  /** Wall time in ms since 1970; may jump. */
  nowMs(): number
  /** A time in ms that only grows. */
  uptimeMs(): number
  callLater(delayMs: number, callback: () => void): unknown
  /** `handle` is what `callLater` returned. Cancelling one that has fired does nothing. */
  cancel(handle: unknown): void
}

/** What the browser believes about the line. */
export interface NetworkPort {
  isOnline(): boolean
}

/** The life of the page. */
export interface PagePort {
  userAgent(): string
  /**
   * Calls `hear(news, key, text)` until the returned function is called. The last two go with `storage` alone: another tab
   * wrote `text` to `key` (null: removed it); `key` is null where the whole storage was emptied. Of several queues in one page
   * the others hear `visible` when one calls that function: what it leaves behind makes no `storage` event there.
   */
  listen(
    hear: (
      news: 'online' | 'offline' | 'visible' | 'hidden' | 'leave' | 'return' | 'storage',
      key: string | null,
      text: string | null,
    ) => void,
  ): () => void
}

/** Who owns a name across tabs, like Web Locks. */
export interface LocksPort {
  /** Calls `answer` once; the returned function gives the lock up, or takes the request back. */
  request(lock: string, shouldWait: boolean, answer: (answer: 'granted' | 'taken' | 'missing') => void): () => void
}

export interface IdsPort {
  /** 128 random bits as text without '.' and ':'. */
  newId(): string
  /** From 0 up to 1, for `retryJitter`. */
  random(): number
}

export interface JsonPort {
  dump(value: unknown): unknown
  load(text: string): unknown
  /** Length in UTF-8. */
  sizeBytes(text: string): number
}

/**
 * The third argument of `ClickQueue`. Each part that is left out is the browser's.
 *
 * @example
 * import { ClickQueue } from 'clickqueue'
 *
 * const stored = new Map()
 * const storage = {
 *   read: (key) => stored.get(key) ?? null,
 *   write: (key, text) => void stored.set(key, text),
 *   remove: (key) => void stored.delete(key),
 *   listKeys: () => [...stored.keys()],
 * }
 * const queue = new ClickQueue({}, { trackClickBatch() {} }, { storage })
 * queue.enqueue({ sessionId: 's-1', questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue' })
 * console.log(stored.size)
 */
export interface ClickQueueEnv {
  storage: StoragePort
  clock: ClockPort
  network: NetworkPort
  page: PagePort
  locks: LocksPort
  ids: IdsPort
  json: JsonPort
}
