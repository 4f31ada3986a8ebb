// A page with one component, the same for each framework: `window.page` is what the test needs of it.
import { queue } from '../../../examples/frameworks/queue'

export function watch(mount: (place: Element) => void, unmount: () => void) {
  let listeners = 0
  const { subscribe } = queue
  const counted = (listener: () => void) => {
    const unsubscribe = subscribe(listener)
    listeners++
    return () => { listeners--; unsubscribe() }
  }
  Object.assign(queue, { subscribe: counted })
  mount(document.body.appendChild(document.createElement('main')))
  const click = { sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' }
  Object.assign(window, { page: { click: () => queue.enqueue(click), flush: queue.flush, unmount, listeners: () => listeners } })
}
