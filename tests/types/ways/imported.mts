// Node and bundlers: an ES module imports the ES modules.
import { ClickQueue, createWidgetApi } from 'clickqueue'
import { createConsentGate, type ConsentGate } from 'clickqueue/consent'
import type { ReactLike } from 'clickqueue/use-widget'
import { createUseWidget } from 'clickqueue/use-widget'

declare const react: ReactLike
const api = createWidgetApi({ endpoint: '/api/track/click' })
export const queue: ClickQueue = new ClickQueue({ maxBatchSize: 5 }, api)
export const gate: ConsentGate = createConsentGate(() => queue, { gpc: true })
export const pending: number = createUseWidget(react)({ api }).pending

// @ts-expect-error The module has no default export.
import everything from 'clickqueue'
export { everything }
