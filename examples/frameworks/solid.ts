import { createSignal, onCleanup } from 'solid-js'
import { queue } from './queue'

export function createSnapshot() {
  const [snapshot, setSnapshot] = createSignal(queue.getSnapshot())
  onCleanup(queue.subscribe(() => setSnapshot(queue.getSnapshot())))
  return snapshot
}
