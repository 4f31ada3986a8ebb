// The hook takes React as it is, two of its functions, or Preact's compat.
import * as React from 'react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import * as Preact from 'preact/compat'
import { createWidgetApi } from 'clickqueue'
import { createUseWidget } from 'clickqueue/use-widget'
import type { UseWidgetOptions, UseWidgetResult, WidgetClick } from 'clickqueue/use-widget'

const useWidget = createUseWidget(React)
createUseWidget(Preact)
createUseWidget({ useEffect, useState, useSyncExternalStore })

const api = createWidgetApi({ endpoint: '/api/track/click' })
const options: UseWidgetOptions = { api, config: { maxBatchDelay: 1000 }, sessionId: 's' }

export function Offer({ sessionId }: { sessionId?: string }) {
  const { trackClick, pending, isOnline, snapshot }: UseWidgetResult = useWidget({ ...options, sessionId })
  const click: WidgetClick = { questionId: 'q', offerId: 'o', buttonVariantId: 'b' }
  return (
    <button onClick={() => trackClick({ ...click, more: 1 })} disabled={snapshot.state === 'destroyed'}>
      {pending} {isOnline ? '' : 'offline'}
    </button>
  )
}

export function View() {
  const { trackClick } = useWidget<{ url: string }>({ api, config: { requiredFields: ['url'] } })
  return <button onClick={() => trackClick({ url: location.href }, { urgent: true })} />
}
