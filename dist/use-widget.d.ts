/** The queue as a React hook. React is passed as an argument and never imported, so `preact/compat` works as well. */

import type {
  ClickApi, ClickQueue, ClickQueueEnv, EnqueueOptions, NewClick, NewEvent, Optional, QueueConfig, QueueStats, Sent,
} from './clickqueue.js'

/** The parts of React 18 or later that the hook uses; `preact/compat` has them too. */
export interface ReactLike {
  useState<State>(initial: () => State): [State, ...unknown[]]
  useEffect(effect: () => void): void
  useSyncExternalStore<Snapshot>(
    subscribe: (listener: () => void) => () => void,
    getSnapshot: () => Snapshot,
    getServerSnapshot?: () => Snapshot,
  ): Snapshot
}

/**
 * The props of the hook; any other name throws a `TypeError`. The hook reads `api`, `config` and `env` when the component mounts; to
 * change them, give the component another `key`. It reads `sessionId` at each click.
 */
export interface UseWidgetOptions<Event extends object = NewClick> {
  api: ClickApi<Sent<NotInferred<Event>>>
  /** Default: `DEFAULTS`. A wrong config throws when the component mounts, where error boundaries catch the error. */
  config?: Optional<QueueConfig> | undefined
  /** Added to each event that has no `sessionId` of its own. */
  sessionId?: string | undefined
  /** Default: the window. */
  env?: ClickQueueEnv | undefined
}

/** An event without the field that the hook fills in. */
export type WidgetClick<Event = NewClick> = Omit<Event, 'sessionId'> & { sessionId?: string | undefined }

export interface UseWidgetResult<Event extends object = NewClick> {
  /** Accept an event; returns its id, or null if it is refused. It is always the same function, so it may be in dependency lists. */
  trackClick<Given extends WidgetClick<Event & NewEvent>>(event: Given, options?: EnqueueOptions): string | null
  /** `navigator.onLine`; true on a server. */
  isOnline: boolean
  /** The number of events that are not yet acknowledged. */
  pending: number
  /** The last failed attempt, null if there was none. */
  lastFailure: QueueStats['lastFailure']
  /** `EMPTY_STATS` until the component is mounted. */
  snapshot: QueueStats
  /** The component's queue while it is mounted, otherwise null. Call its `purge()` when consent is withdrawn. */
  queue: ClickQueue<Event> | null
}

/** `Type`, but TypeScript does not infer it from here. */
type NotInferred<Type> = [Type][Type extends unknown ? 0 : never]

/**
 * Create the hook. Call this once, outside of your components.
 *
 * A component has a queue from its mount to its unmount, and a new queue after each remount (StrictMode remounts). Unmounting sends
 * the unsent events, batch after batch; events whose request fails stay in storage, and the next start sends them. Rendering has no side
 * effects, so it works on a server.
 *
 * @example
 * import * as React from 'react'
 * import { createRoot } from 'react-dom/client'
 * import { createWidgetApi } from 'clickqueue'
 * import { createUseWidget } from 'clickqueue/use-widget'
 *
 * const useWidget = createUseWidget(React)
 * const api = createWidgetApi({ endpoint: '/api/track/click' })
 *
 * function Offer({ sessionId }) {
 *   const { trackClick, pending } = useWidget({ api, sessionId })
 *   const click = () => trackClick({ questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue' })
 *   return React.createElement('button', { onClick: click }, `Take it (${pending} pending)`)
 * }
 * createRoot(document.body.appendChild(document.createElement('div'))).render(React.createElement(Offer, { sessionId: 's-1' }))
 */
export declare function createUseWidget(
  react: ReactLike,
): <Event extends object = NewClick>(options: UseWidgetOptions<Event>) => UseWidgetResult<Event>
