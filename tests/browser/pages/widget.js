/* A host page. `?mode=before` and `?mode=after` load the two builds of the widget. */
window.violations = []
document.addEventListener('securitypolicyviolation', (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`))

const offer = (number, more) => ({
  id: `offer-${number}`,
  title: `Offer ${number}`,
  text: 'A text.',
  button: { id: `variant-${number}`, label: 'Try it', look: 'solid' },
  ...more,
})

/** Mount a widget of three offers; `more` is what they have in common beside their number. */
window.place = (questionId, more, linkTarget) => {
  const target = document.body.appendChild(document.createElement('div'))
  return OfferWidget.mount(target, {
    apiUrl: '',
    sessionId: 'session-1',
    question: { id: questionId, text: 'Which one?' },
    offers: [1, 2, 3].map((number) => offer(number, more)),
    linkTarget,
  })
}

const script = document.createElement('script')
script.src = `/examples/widget/build/${new URLSearchParams(location.search).get('mode')}/widget.js`
script.onload = () => (document.title = 'ready')
document.head.append(script)
