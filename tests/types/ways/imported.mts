// Node and bundlers: an ES module imports the ES modules.
import { ClickQueue, createWidgetApi } from 'clickqueue'
import { createConsentGate, type ConsentGate } from 'clickqueue/consent'
import { describeChange, inspect, mountInspector } from 'clickqueue/inspect'
import { failure, fakeApi, fakeClick, fakeEnv } from 'clickqueue/testing'
import type { ReactLike } from 'clickqueue/use-widget'
import { createUseWidget } from 'clickqueue/use-widget'

declare const react: ReactLike
const api = createWidgetApi({ endpoint: '/api/track/click' })
export const queue: ClickQueue = new ClickQueue({ maxBatchSize: 5 }, api)
const sent = fakeApi(failure(503), ({ events }) => ({ retry: [events[0]!.id] }), new Promise<null>(() => {}))
const env = fakeEnv({ locks: false })
new ClickQueue({}, sent, env).enqueue(fakeClick({ offerId: 'o-2' }))
export const offers: string[] = sent.calls[0]!.events.map((event) => event.offerId)
export const tested: Promise<void> = env.openTab().advance(5000)
const views = fakeApi<{ url: string; id: string; timestamp: number; userAgent: string }>()
new ClickQueue<{ url: string }>({ requiredFields: ['url'] }, views, env).enqueue({ url: '/' })
inspect(queue, (line) => line.length)()
mountInspector(queue, document.body).remove()
export const line: string = describeChange(queue.getSnapshot(), queue.getSnapshot())
export const gate: ConsentGate = createConsentGate(() => queue, { gpc: true })
export const pending: number = createUseWidget(react)({ api }).pending

// @ts-expect-error The module has no default export.
import everything from 'clickqueue'
export { everything }
