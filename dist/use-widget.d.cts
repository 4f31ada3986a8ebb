/** The queue as a React hook. React is handed in, never imported: Preact's compat works as well. */

import type { ClickApi, ClickFields, ClickQueue, ClickQueueEnv, NewClick, Optional, QueueConfig, QueueStats } from './clickqueue.cjs'

/** What is used of React 18 or later, and what `preact/compat` has too. */
export interface ReactLike {
  useState<State>(initial: () => State): [State, ...unknown[]]
  useSyncExternalStore<Snapshot>(
    subscribe: (listener: () => void) => () => void,
    getSnapshot: () => Snapshot,
    getServerSnapshot?: () => Snapshot,
  ): Snapshot
}

/**
 * What a widget says of itself. `api`, `config` and `env` are read when the component mounts; for others later, give it
 * another `key`. `sessionId` is read at each click.
 */
export interface UseWidgetOptions {
  api: ClickApi
  /** Default: `DEFAULTS`. A wrong one throws at the mount, where error boundaries see it. */
  config?: Optional<QueueConfig> | undefined
  /** Merged into each click that names no session of its own. */
  sessionId?: string | undefined
  env?: Partial<ClickQueueEnv> | undefined
}

/** A click without what the hook knows. */
export type WidgetClick = Omit<NewClick, 'sessionId'> & Optional<Pick<ClickFields, 'sessionId'>>

export interface UseWidgetResult {
  /** Accept a click; returns its id, null where it was refused. Always the same function, so it may stand in dependency lists. */
  trackClick<Click extends WidgetClick>(event: Click): string | null
  /** What `navigator.onLine` says; true on a server. */
  isOnline: boolean
  /** How many clicks are not yet acknowledged. */
  pending: number
  /** The last attempt that failed, null before any. */
  lastFailure: QueueStats['lastFailure']
  snapshot: QueueStats
  /** The component's queue while it is mounted, else null: `purge()` it when consent is withdrawn. */
  queue: ClickQueue | null
}

/**
 * Make the hook, once, beside your components.
 *
 * A component has a queue from its mount to its unmount, a new one after each remount (StrictMode does that). Unmounting sends
 * what is unsent, batch after batch; what fails then lies in storage for the next start. Rendering touches nothing: it works on a
 * server.
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
export declare function createUseWidget(react: ReactLike): (options: UseWidgetOptions) => UseWidgetResult
