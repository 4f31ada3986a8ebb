import { html, LitElement } from 'lit'
import { SnapshotController } from '../../../examples/frameworks/lit'
import { watch } from './page'

class Pending extends LitElement {
  snapshot = new SnapshotController(this)
  override createRenderRoot() { return this }
  override render() { return html`<output>${this.snapshot.value.pending}</output>` }
}
customElements.define('queue-pending', Pending)
const element = new Pending()
watch((place) => place.append(element), () => element.remove())
