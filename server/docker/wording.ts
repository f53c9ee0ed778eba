import { isPatchbayError, messageOf } from '../cnm/errors'
import type { Reason } from '../cnm/reasons'

/**
 * What a client of this API is told of an error: where Docker 20.10 has a sentence for the case, that one, word for
 * word, because scripts look for it; else our own. A sentence of Docker's that names nothing of what was met is followed
 * by ours in brackets.
 */
export function dockerMessage(error: unknown): string {
  if (!isPatchbayError(error) || error.reason === undefined) return messageOf(error)
  const sentence = sentences[error.reason](error.data)
  if (sentence === undefined) return error.message
  return vague.has(error.reason) ? `${sentence} (${error.message})` : sentence
}

const vague: ReadonlySet<Reason> = new Set(['pool-overlaps', 'address-in-use'])

type Data = Readonly<Record<string, unknown>>

const sentences: Readonly<Record<Reason, (data: Data) => string | undefined>> = {
  'network-name-taken': ({ name }) => `network with name ${name} already exists`,
  'network-name-predefined': ({ name }) => `operation is not permitted on predefined ${name} network`,
  'network-name-invalid': ({ name }) => `invalid name: ${name}`,
  'network-not-found': ({ reference }) => `network ${reference} not found`,
  'network-in-use': ({ network, id }) =>
    `error while removing network: network ${network} id ${id} has active endpoints`,
  'config-network-not-found': ({ name }) => `configuration network ${quoted(name)} does not exist`,
  'config-network-in-use': ({ name }) =>
    `error while removing network: configuration network ${quoted(name)} is in use`,
  'config-network-joined': () => 'cannot create endpoint on configuration-only network',
  'bridge-name-taken': ({ id, device, holder }) =>
    `cannot create network ${id} (${device}): conflicts with network ${holder} (${device}): networks have same bridge name`,
  'driver-not-found': ({ driver }) => `plugin ${quoted(driver)} not found`,
  'driver-has-one-network': ({ driver }) => `only one instance of ${quoted(driver)} network is allowed`,
  'driver-option-invalid': driverOption,
  'subnet-invalid': ({ subnet }) => `Invalid subnet ${subnet} : invalid CIDR address: ${subnet}`,
  'pool-overlaps': () => 'Pool overlaps with other one on this address space',
  'pools-used-up': ({ family }) =>
    `could not find an available, non-overlapping ${family} address pool among the defaults to assign to the network`,
  'no-address-for-gateway': () => 'failed to allocate gateway (): No available addresses on this pool',
  'aux-address-taken': ({ name, address }) =>
    `failed to allocate secondary ip address (${name}:${address}): Address already in use`,
  'address-invalid': ({ address, family }) => `invalid ${family} address: ${address}`,
  'address-outside': ({ address }) => `Invalid address ${address}: It does not belong to any of this network's subnets`,
  'address-in-use': () => 'Address already in use',
  'addresses-used-up': ({ network, family }) =>
    `no available ${family} addresses on this network's address pools: ${network}`,
  'already-connected': ({ container, network }) =>
    `endpoint with name ${container} already exists in network ${network}`,
  'not-connected': ({ container, network }) => `container ${container} is not connected to network ${network}`,
  'network-of-the-host': () => 'container cannot be disconnected from host network or connected to host network',
  'network-shared': () =>
    'container sharing network namespace with another container or host cannot be connected to any other network',
  'network-none': () =>
    'container cannot be connected to multiple networks with one of the networks in private (none) mode',
  'container-not-found': ({ reference }) => `No such container: ${reference}`,
  'network-owner-stopped': ({ id }) => `cannot join network of a non running container: ${id}`,
  'container-name-taken': ({ name, id }) =>
    `Conflict. The container name "/${name}" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
  'container-name-invalid': ({ name }) =>
    `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
  'container-name-same': () => 'Renaming a container with the same name as its current name',
  'container-not-running': ({ id }) => `Container ${id} is not running`,
  'container-running': ({ id }) =>
    `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`,
  'container-not-paused': ({ id }) => `Container ${id} is not paused`,
  'image-not-found': ({ image }) => `No such image: ${image}`,
  'signal-invalid': ({ signal }) => `Invalid signal: ${signal}`,
  'memory-too-small': () => 'Minimum memory limit allowed is 6MB',
  'capability-unknown': ({ capability }) =>
    `invalid CapAdd: unknown capability: "CAP_${String(capability).toUpperCase().replace(/^CAP_/, '')}"`,
  'user-unknown': ({ user }) => `unable to find user ${user}: no matching entries in passwd file`,
  'group-unknown': ({ group }) => `unable to find group ${group}: no matching entries in group file`,
  'working-dir-relative': ({ workingDir }) =>
    `the working directory '${workingDir}' is invalid, it needs to be an absolute path`,
  'program-unusable': ({ program }) =>
    `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${program}: unknown`,
}

function quoted(value: unknown): string {
  return JSON.stringify(value)
}

/** By option, what Docker's parser says of a value that it cannot take. */
function driverOption({ option, value }: Data): string | undefined {
  const cannot = `failed to parse ${option} value: ${value}`
  const text = quoted(value)
  if (option === 'com.docker.network.driver.mtu') {
    return /^-?\d+$/.test(String(value))
      ? `invalid MTU number: ${value}`
      : `${cannot} (strconv.Atoi: parsing ${text}: invalid syntax)`
  }
  if (option === 'com.docker.network.bridge.host_binding_ipv4') return `${cannot} (nil ip)`
  if (!/enable_(icc|ip_masquerade)$/.test(String(option))) return undefined
  return `${cannot} (strconv.ParseBool: parsing ${text}: invalid syntax)`
}
