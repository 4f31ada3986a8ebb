// Without Angular's compiler there is no component: the signal is read in an injector, as a component does it.
import { createEnvironmentInjector, runInInjectionContext, type EnvironmentInjector } from '@angular/core'
import { createWatch } from '@angular/core/primitives/signals'
import { injectSnapshot } from '../../../examples/frameworks/angular'
import { watch } from './page'

const injector = createEnvironmentInjector([], null as unknown as EnvironmentInjector)
function render(place: Element) {
  const output = place.appendChild(document.createElement('output'))
  const snapshot = runInInjectionContext(injector, injectSnapshot)
  const show = createWatch(() => (output.textContent = String(snapshot().pending)), (due) => queueMicrotask(() => due.run()), true)
  show.notify()
}
watch(render, () => injector.destroy())
