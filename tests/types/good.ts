// What must compile, under `strict` and everything that goes further.
import { ClickQueue, createWidgetApi, DEFAULTS, EMPTY_STATS, postEach } from 'clickqueue'
import type { BatchAnswer, BatchRequest, ClickApi, ClickEvent, ClickQueueEnv, DropReason, EnqueueOptions, QueueConfig, QueueStats, Sent, WidgetApiError } from 'clickqueue'

const api = createWidgetApi({ endpoint: '/api/track/click' })
const everything = createWidgetApi({
  endpoint: '/one',
  batchEndpoint: '/many',
  timeoutMs: 500,
  headers: { 'X-Key': 'k' },
  contentType: 'text/plain',
  fetch: (url, init) => fetch(url, { ...init, credentials: 'include' }),
})
const fromTheEnvironment: string | undefined = undefined
createWidgetApi({ endpoint: '/one', batchEndpoint: fromTheEnvironment })
createWidgetApi({ endpoint: '/one', fetch })
new ClickQueue({ maxBatchSize: 1 }, postEach(api))

const queue = new ClickQueue({}, api)
const withoutNew: ClickQueue = ClickQueue({ maxBatchSize: 5, storageKey: fromTheEnvironment }, everything)
class MyQueue extends ClickQueue { twice(click: MyClick): boolean { return this.enqueue(click) === this.enqueue(click) } }
const { subscribe, getSnapshot } = queue
subscribe(() => console.log(getSnapshot().pending))
const isQueue: boolean = new MyQueue({}, api) instanceof ClickQueue

// A host's own type, with more in it than the queue asks for.
interface MyClick { id: string; sessionId: string; questionId: string; offerId: string; buttonVariantId: string; position: { x: number } }
declare const mine: MyClick
const id: string | null = queue.enqueue(mine)
queue.enqueue({ id: fromTheEnvironment, sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b', campaign: 'winter' })

const config: Partial<QueueConfig> = {
  onDrop: (event, reason, detail) => {
    const why: DropReason = reason
    console.warn(event, why, detail.toUpperCase())
  },
}
const stop: () => void = queue.subscribe(() => {
  const stats: QueueStats = queue.getSnapshot()
  const { rejected, too_large } = stats.dropped
  console.log(stats.state === 'backing-off', stats.pending + rejected + too_large)
})
const size: number = DEFAULTS.maxBatchSize + EMPTY_STATS.pending

// An api by hand, with answers of every kind.
const silent: ClickApi = { trackClickBatch() {} }
const modern: ClickApi = {
  async trackClickBatch(events, { batchId, timestamp, keepalive }) {
    const body: BatchRequest = { events, batchId, timestamp }
    const response = await fetch('/batch', { method: 'POST', body: JSON.stringify(body), keepalive })
    const answer: BatchAnswer = await response.json()
    return answer
  },
}
const first = (events: ClickEvent[]): string | undefined => events[0]?.id

// A window is an env, and so is a copy of one in a test, with some names replaced and some left out.
const { document, JSON: json, Math: math, localStorage } = window
const env: ClickQueueEnv = {
  document, JSON: json, Math: math, localStorage, Date: { now: () => 0 },
  setTimeout: (callback, delayMs) => window.setTimeout(callback, delayMs), clearTimeout,
  addEventListener, removeEventListener, dispatchEvent,
}
new ClickQueue(config, modern, env)
new ClickQueue(config, modern, window)
new ClickQueue(config, modern, globalThis)

// Events of another kind.
interface PageView { url: string }
const views: ClickQueue<PageView> = new ClickQueue<PageView>({ requiredFields: ['url'] }, api)
const soon: EnqueueOptions = { urgent: true }
views.enqueue({ url: '/', referrer: '/before' }, soon)
new ClickQueue<PageView>({ requiredFields: [] }, { trackClickBatch: (events) => console.log(events[0]?.url, events[0]?.id) })
const viewApi: ClickApi<Sent<PageView>> = { trackClickBatch(events) { console.log(events.map((event) => event.url)) } }
new ClickQueue<PageView>({}, viewApi)
class Views extends ClickQueue<PageView> { view(): string | null { return this.enqueue({ url: '/' }) } }
new Views({}, viewApi).view()
createWidgetApi({ endpoint: '/one', headers: new Headers({ 'X-Key': 'k' }) })

api.trackClick({ anything: 'goes' }).catch((error: WidgetApiError) => console.log(error.status, error.retryAfterMs, error.message))
export { first, id, isQueue, silent, size, stop, withoutNew }
