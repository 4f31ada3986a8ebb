import { onScopeDispose, shallowRef } from 'vue'
import { queue } from './queue'

export function useSnapshot() {
  const snapshot = shallowRef(queue.getSnapshot())
  onScopeDispose(queue.subscribe(() => (snapshot.value = queue.getSnapshot())))
  return snapshot
}
