import * as React from 'preact/compat'
import { makeComponent, makePage } from './component.js'

const component = makeComponent(React)
makePage((target, props) => {
  React.render(component(props), target)
  return () => React.render(null, target)
})
