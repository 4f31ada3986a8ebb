import { h, render } from 'preact'
import { useSnapshot } from '../../../examples/frameworks/preact'
import { watch } from './page'

const Pending = () => h('output', null, useSnapshot().pending)
let place: Element
watch((target) => render(h(Pending, null), (place = target)), () => render(null, place))
