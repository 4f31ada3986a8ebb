import type { ClickQueue } from 'clickqueue'

export function closeQueue(queue: ClickQueue) {
  const closeIfSent = () => {
    const { state, pending, persistent } = queue.getSnapshot()
    if (state !== 'sending' && (persistent || pending === 0)) queue.destroy()
  }
  queue.flush()
  queue.subscribe(closeIfSent)
  closeIfSent()
}
