import { useSyncExternalStore } from 'preact/compat'
import { queue } from './queue'

export const useSnapshot = () => useSyncExternalStore(queue.subscribe, queue.getSnapshot)
