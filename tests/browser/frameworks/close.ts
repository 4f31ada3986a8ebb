// A queue that is closed with many clicks in it; `window.page` is what the test needs of it.
import { ClickQueue, createWidgetApi } from 'clickqueue'
import { closeQueue } from '../../../examples/frameworks/close'

const queue = new ClickQueue({}, createWidgetApi({ endpoint: '/api/track/click' }))
const click = { sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' }
for (let i = 0; i < 25; i++) queue.enqueue(click)
closeQueue(queue)
Object.assign(window, { page: { state: () => queue.getSnapshot().state } })
