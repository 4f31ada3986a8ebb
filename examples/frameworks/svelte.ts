import { readable } from 'svelte/store'
import { queue } from './queue'

export const snapshot = readable(queue.getSnapshot(), (set) => {
  const update = () => set(queue.getSnapshot())
  update() // what has happened since the last subscriber left
  return queue.subscribe(update)
})
