import * as React from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { makeComponent, makePage } from './component.js'

const component = makeComponent(React)
makePage((target, props) => {
  if (props.isFromServer) {
    target.innerHTML = renderToString(component(props))
    page.fromServer = target.textContent
    const root = hydrateRoot(target, component(props))
    return () => root.unmount()
  }
  const root = createRoot(target)
  root.render(component(props))
  return () => root.unmount()
})
