import { expect, test } from 'vitest'
import type { Endpoint } from '../cnm/endpoint'
import { type Shaping, unshaped } from '../cnm/shaping'
import { diff } from '../plan/diff'
import { renderPlan } from '../plan/render'
import { bridgeDriver } from './bridge'
import { macvlanDriver } from './macvlan'
import { sampleNetwork, sampleShaped } from './testing/samples'

const network = sampleNetwork()
const endpoint = sampleShaped(network)
const netns = '/run/x'

const described = (driver: typeof bridgeDriver | typeof macvlanDriver, one: Endpoint) =>
  driver.describeEndpoint(
    driver === bridgeDriver ? network : sampleNetwork({ driver: 'macvlan', options: { parent: 'eth7' } }),
    {
      ...{ endpoint: one, netns, ports: [] },
    },
  )
const shapedAs = (shaping: Partial<Shaping>): Endpoint => ({ ...endpoint, shaping: { ...unshaped, ...shaping } })

test('a shaped endpoint is held at the end of its cable that it cannot reach', () => {
  const lines = renderPlan(diff(described(bridgeDriver, endpoint), []))
  expect(lines.filter((line) => /tc |ifb|mtu 1400/.test(line))).toMatchInlineSnapshot(`
    [
      "ip link add name ifb0123456 type ifb",
      "ip link set dev ifb0123456 alias patchbay:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef up",
      "ip link add name veth0123456 mtu 1500 master br-a1b2c3d4e5f6 type veth peer name eth0 address 02:42:ac:12:00:02 mtu 1400 netns /run/x",
      "tc qdisc replace dev veth0123456 root handle 1: tbf rate 10000000bit burst 25000 limit 150000",
      "tc qdisc replace dev ifb0123456 root handle 1: tbf rate 1000000bit burst 4000 limit 28352",
      "tc qdisc add dev veth0123456 clsact",
      "tc qdisc replace dev veth0123456 parent 1:1 handle 10: netem limit 10000 delay 40ms 5ms",
      "tc filter add dev veth0123456 ingress protocol all pref 1 bpf bytecode '4,32 0 0 4294963256,53 0 1 4209067950,6 0 0 2,6 0 0 4294967295' direct-action",
      "tc filter add dev veth0123456 ingress protocol all pref 2 u32 match u32 0 0 action mirred egress redirect dev ifb0123456",
    ]
  `)
})

test('a link without an end on the host is held inside, the other way round', () => {
  const lines = renderPlan(diff(described(macvlanDriver, endpoint), []))
  expect(lines.filter((line) => /tc |ifb|mtu 1400/.test(line))).toMatchInlineSnapshot(`
    [
      "nsenter --net=/run/x ip link add name ifb0123456 type ifb",
      "nsenter --net=/run/x ip link set dev ifb0123456 alias patchbay:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef up",
      "ip link add link eth7 name eth0 address 02:42:ac:12:00:02 mtu 1400 netns /run/x type macvlan mode bridge",
      "nsenter --net=/run/x tc qdisc replace dev eth0 root handle 1: tbf rate 1000000bit burst 4000 limit 26752",
      "nsenter --net=/run/x tc qdisc replace dev ifb0123456 root handle 1: tbf rate 10000000bit burst 25000 limit 150000",
      "nsenter --net=/run/x tc qdisc add dev eth0 clsact",
      "nsenter --net=/run/x tc qdisc replace dev ifb0123456 parent 1:1 handle 10: netem limit 10000 delay 40ms 5ms",
      "nsenter --net=/run/x tc filter add dev eth0 egress protocol all pref 1 bpf bytecode '4,32 0 0 4294963256,53 0 1 4209067950,6 0 0 2,6 0 0 4294967295' direct-action",
      "nsenter --net=/run/x tc filter add dev eth0 ingress protocol all pref 2 u32 match u32 0 0 action mirred egress redirect dev ifb0123456",
    ]
  `)
})

test('what was shaped goes back to what it was', () => {
  const change = diff(described(bridgeDriver, shapedAs({ mtuBefore: 1500 })), described(bridgeDriver, endpoint))
  expect(renderPlan(change)).toMatchInlineSnapshot(`
    [
      "tc qdisc delete dev veth0123456 clsact",
      "tc qdisc delete dev veth0123456 root handle 1:",
      "ip link delete dev ifb0123456",
      "nsenter --net=/run/x ip link set dev eth0 mtu 1500",
    ]
  `)
})

test('another rate is set in place, and a loss by a filter in the place of the one before', () => {
  const faster = { ...endpoint.shaping, fromContainer: { bitsPerSecond: 2_000_000, lossPercent: 1 } }
  expect(
    renderPlan(diff(described(bridgeDriver, shapedAs(faster)), described(bridgeDriver, endpoint))),
  ).toMatchInlineSnapshot(`
    [
      "tc filter delete dev veth0123456 ingress pref 1",
      "tc qdisc change dev ifb0123456 root handle 1: tbf rate 2000000bit burst 5000 limit 30000",
      "tc filter add dev veth0123456 ingress protocol all pref 1 bpf bytecode '4,32 0 0 4294963256,53 0 1 4252017623,6 0 0 2,6 0 0 4294967295' direct-action",
    ]
  `)
})
