// What must not compile. `//!` says what the compiler has to say of the line below, word for word.
import { ClickQueue, createWidgetApi, DEFAULTS, EMPTY_STATS } from 'clickqueue'
import type { ClickApi } from 'clickqueue'
import { createUseWidget } from 'clickqueue/use-widget'
//! has no exported member 'Journal'
import { Journal } from 'clickqueue'

const api = createWidgetApi({ endpoint: '/api/track/click' })
const queue = new ClickQueue({}, api)

//! 'maxBatchSiz' does not exist in type 'Optional<QueueConfig>'
new ClickQueue({ maxBatchSiz: 5 }, api)
//! Type 'string' is not assignable to type 'number'
new ClickQueue({ maxBatchDelay: '5s' }, api)
//! Expected 2-3 arguments, but got 1
new ClickQueue({})
//! Property 'trackClickBatch' is missing
new ClickQueue({}, {})
//! is missing the following properties from type 'ClickQueueEnv'
new ClickQueue({}, api, { localStorage })
//! Type 'string' is not assignable to type 'readonly string[]'
new ClickQueue({ requiredFields: 'url' }, api)
//! 'hurry' does not exist in type 'EnqueueOptions'
queue.enqueue({ sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' }, { hurry: true })
//! Property 'url' is missing
new ClickQueue<{ url: string }>({}, api).enqueue({})
//! Cannot assign to 'pending' because it is a read-only property
EMPTY_STATS.pending = 1

//! defines instance member property 'flush'
class Flushing extends ClickQueue { override flush() {} }
//! Property 'buttonVariantId' is missing
queue.enqueue({ sessionId: 's', questionId: 'q', offerId: 'o' })
//! Type 'Date' is not assignable to type 'number'
queue.enqueue({ sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b', timestamp: new Date() })
//! Type 'string | null' is not assignable to type 'string'
const id: string = queue.enqueue({ sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' })
//! Cannot assign to 'pending' because it is a read-only property
queue.getSnapshot().pending = 0
//! Cannot assign to 'maxRetries' because it is a read-only property
DEFAULTS.maxRetries = 3
//! have no overlap
if (queue.getSnapshot().state === 'offline') queue.flush()

//! Property 'endpoint' is missing
createWidgetApi({ timeoutMs: 500 })
//! 'url' does not exist in type 'WidgetApiOptions'
createWidgetApi({ endpoint: '/one', url: '/two' })

// A fetch that resolves is no acknowledgement: it resolves for a 500 too.
//! Type 'Response' is not assignable to type 'void | BatchAnswer | null'
const careless: ClickApi = { trackClickBatch: () => fetch('/batch') }

//! is missing the following properties from type 'ReactLike': useEffect, useSyncExternalStore
createUseWidget({ useState: <State>(initial: () => State): [State] => [initial()] })
export { Flushing, careless, id, Journal }
