import { createEffect, createRoot } from 'solid-js'
import { createSnapshot } from '../../../examples/frameworks/solid'
import { watch } from './page'

let dispose: () => void
function render(place: Element) {
  const output = place.appendChild(document.createElement('output'))
  const snapshot = createSnapshot()
  createEffect(() => (output.textContent = String(snapshot().pending)))
}
watch((place) => createRoot((end) => { dispose = end; render(place) }), () => dispose())
