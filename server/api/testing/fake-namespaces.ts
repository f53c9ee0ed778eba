import type { NamespaceTables } from '../../observe/tables/contract'
import type { NamespaceView, TableEvent } from '../../observe/tables/rows'

/** The host's namespace alone, with one setting. */
export class FakeNamespaces implements NamespaceTables {
  readonly asked: unknown[] = []

  async list(): Promise<NamespaceView[]> {
    const held = { mounts: [], processes: [{ pid: 1, name: 'init' }], processCount: 1 }
    return [{ id: '7', kind: 'host', name: 'here', containerId: null, ...held }]
  }

  async count() {
    return { addresses: 1, routes: 2, rules: 3, neighbours: 0, fdb: 0, sockets: 0, flows: 0, iptables: 0, nftables: 0 }
  }

  async *watch(question: unknown): AsyncGenerator<TableEvent> {
    this.asked.push(question)
    const row = { key: 'net.ipv4.ip_forward', name: 'net.ipv4.ip_forward', value: '1' }
    yield { type: 'whole', rows: [row], cut: 0, total: 1 }
  }

  async *watchFirewall(question: unknown): AsyncGenerator<{ type: 'gone' }> {
    this.asked.push(question)
    yield { type: 'gone' }
  }
}
