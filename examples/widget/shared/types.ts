/** What a host page says when it mounts the widget. */
export interface WidgetConfig {
  /** Where the tracking routes are, '' for the page's own origin. */
  apiUrl: string
  sessionId: string
  question: { id: string; text: string; hint?: string }
  offers: Offer[]
  /** Where links open. Default: the same tab. */
  linkTarget?: '_self' | '_blank'
}

export interface Offer {
  id: string
  title: string
  text: string
  badge?: string
  /** Where the button leads; without it the click is an answer and the visitor stays. */
  href?: string
  button: { id: string; label: string; look: 'solid' | 'soft' | 'outline' }
}
