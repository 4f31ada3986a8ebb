// One queue for the page, in a module of its own.
import { ClickQueue, createWidgetApi } from 'clickqueue'

export const queue = new ClickQueue({}, createWidgetApi({ endpoint: '/api/track/click' }))
