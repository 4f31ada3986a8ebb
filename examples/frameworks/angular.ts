import { DestroyRef, inject, signal } from '@angular/core'
import { queue } from './queue'

export function injectSnapshot() {
  const snapshot = signal(queue.getSnapshot())
  inject(DestroyRef).onDestroy(queue.subscribe(() => snapshot.set(queue.getSnapshot())))
  return snapshot.asReadonly()
}
