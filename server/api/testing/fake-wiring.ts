import { once } from 'node:events'
import type { Wiring } from '../../observe/wiring/contract'
import type { WiringEvent, WiringPicture } from '../../observe/wiring/view'

/** A picture that never changes. */
export class FakeWiring implements Wiring {
  picture: WiringPicture = { namespaces: {}, links: {}, cables: {} }

  async *watch(signal: AbortSignal): AsyncGenerator<WiringEvent> {
    yield { type: 'wiring', epoch: 'epoch1', version: 1, wiring: this.picture }
    await once(signal, 'abort')
  }

  async *watchRates(_signal: AbortSignal) {
    yield {}
  }

  read() {
    return Promise.resolve(this.picture)
  }

  async close() {}
}
