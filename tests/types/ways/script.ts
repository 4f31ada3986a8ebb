// A page with the script tag: the global has the queue and the hook.
const queue = new clickqueue.ClickQueue({ maxBatchSize: 5 }, clickqueue.createWidgetApi({ endpoint: '/api/track/click' }))
const pending: number = queue.getSnapshot().pending
declare const react: Parameters<typeof clickqueue.createUseWidget>[0]
clickqueue.createUseWidget(react)({ api: clickqueue.createWidgetApi({ endpoint: '/' }) })

// @ts-expect-error The global has no such property.
clickqueue.Journal
