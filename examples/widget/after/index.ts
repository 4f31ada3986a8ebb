import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { theme } from '../shared/theme'
import type { WidgetConfig } from '../shared/types'
import { Widget } from './Widget'

/** Put a widget into an element of the page. As a script tag: `OfferWidget.mount(element, config)`. */
export function mount(target: Element, config: WidgetConfig): { unmount(): void } {
  const host = target.appendChild(document.createElement('div'))
  const shadow = host.attachShadow({ mode: 'open' })
  dress(shadow)
  const root = createRoot(shadow.appendChild(document.createElement('div')))
  root.render(createElement(Widget, { config }))
  return {
    unmount() {
      root.unmount()
      host.remove()
    },
  }
}

/** A constructed sheet, since a page's CSP may forbid inline styles. */
function dress(shadow: ShadowRoot): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(theme)
  shadow.adoptedStyleSheets = [sheet]
}
