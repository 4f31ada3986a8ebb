// One component with the hook, for whichever library is handed in; what it shows is what the tests read.
import { createWidgetApi } from 'clickqueue'
import { createUseWidget } from 'clickqueue/use-widget'

export function makeComponent(React) {
  const { createElement, useReducer } = React
  const useWidget = createUseWidget(React)
  const api = createWidgetApi({ endpoint: '/api/track/click' })

  function Probe({ config, sessionId }) {
    const { trackClick, pending, isOnline, snapshot } = useWidget({ api, config, sessionId })
    const [renders, renderAgain] = useReducer((count) => count + 1, 1)
    page.trackClicks.add(trackClick)
    page.renderAgain = renderAgain
    page.snapshot = snapshot
    const click = () => page.ids.push(trackClick({ questionId: 'q', offerId: 'o', buttonVariantId: 'b' }))
    return createElement('div', {},
      createElement('button', { onClick: click }, 'Take it'),
      createElement('output', {}, `${pending} pending, ${isOnline ? 'online' : 'offline'}, render ${renders}`))
  }

  class Boundary extends React.Component {
    constructor(props) {
      super(props)
      this.state = { message: '' }
    }
    static getDerivedStateFromError(error) {
      return { message: error.message }
    }
    render() {
      return this.state.message ? createElement('output', {}, this.state.message) : this.props.children
    }
  }
  return (props) => createElement(React.StrictMode, {}, createElement(Boundary, {}, createElement(Probe, props)))
}

/** What a test does: `page.mount(props)`, `page.unmount()`; and what it reads. */
export function makePage(mountInto) {
  const complaints = []
  for (const level of ['error', 'warn']) {
    const say = console[level]
    console[level] = (...words) => (complaints.push(words.map(String).join(' ')), say(...words))
  }
  window.page = {
    complaints, ids: [], trackClicks: new Set(), snapshot: null,
    mount(props) {
      page.target = document.body.appendChild(document.createElement('div'))
      page.take = mountInto(page.target, { sessionId: 'session-1', ...props })
    },
    unmount() {
      page.take()
      page.target.remove()
    },
  }
}
