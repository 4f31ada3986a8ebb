// What must compile, under `strict` and everything that goes further.
import { ClickQueue, createWidgetApi, DEFAULTS, postEach } from 'clickqueue'
import type { BatchAnswer, BatchRequest, ClickApi, ClickEvent, ClickQueueEnv, DropReason, QueueConfig, QueueStats, WidgetApiError } from 'clickqueue'

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
const size: number = DEFAULTS.maxBatchSize

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
const env: Partial<ClickQueueEnv> = { network: { isOnline: () => true }, ids: { newId: () => 'a', random: () => 0 } }
new ClickQueue(config, modern, env)

api.trackClick({ anything: 'goes' }).catch((error: WidgetApiError) => console.log(error.status, error.retryAfterMs, error.message))
export { first, id, isQueue, silent, size, stop, withoutNew }
