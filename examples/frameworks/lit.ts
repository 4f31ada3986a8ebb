import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { queue } from './queue'

export class SnapshotController implements ReactiveController {
  private unsubscribe = () => {}
  constructor(private host: ReactiveControllerHost) { host.addController(this) }
  get value() { return queue.getSnapshot() }
  hostConnected() { this.unsubscribe = queue.subscribe(() => this.host.requestUpdate()) }
  hostDisconnected() { this.unsubscribe() }
}
