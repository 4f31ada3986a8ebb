// Jest and older servers: a CommonJS module requires the CommonJS files.
import clickqueue = require('clickqueue')
import { createConsentGate } from 'clickqueue/consent'
import { inspect } from 'clickqueue/inspect'
import { fakeApi, fakeEnv } from 'clickqueue/testing'
import { createUseWidget, type ReactLike } from 'clickqueue/use-widget'

declare const react: ReactLike
const api = clickqueue.createWidgetApi({ endpoint: '/api/track/click' })
const queue: clickqueue.ClickQueue = new clickqueue.ClickQueue({ maxBatchSize: 5 }, api)
const tested: clickqueue.ClickQueue = new clickqueue.ClickQueue({}, fakeApi(), fakeEnv())
inspect(queue)
const consented: clickqueue.ClickQueue | null = createConsentGate(() => queue).grant()
const pending: number = createUseWidget(react)({ api }).pending

// @ts-expect-error The hook is an entry of its own.
clickqueue.createUseWidget(react)
export = { consented, pending, queue, tested }
