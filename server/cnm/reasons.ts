/**
 * What an error is about, where a face has words of its own for that: Docker's known sentences are made of a reason
 * and the `data` named here.
 */
export type Reason =
  /** name */
  | 'network-name-taken'
  /** name */
  | 'network-name-predefined'
  /** name */
  | 'network-name-invalid'
  /** reference */
  | 'network-not-found'
  /** network, id */
  | 'network-in-use'
  /** name */
  | 'config-network-not-found'
  /** name */
  | 'config-network-in-use'
  | 'config-network-joined'
  /** id, device, holder */
  | 'bridge-name-taken'
  /** driver */
  | 'driver-not-found'
  /** driver */
  | 'driver-has-one-network'
  /** option, value */
  | 'driver-option-invalid'
  /** subnet */
  | 'subnet-invalid'
  | 'pool-overlaps'
  | 'pools-used-up'
  | 'no-address-for-gateway'
  /** name, address */
  | 'aux-address-taken'
  /** address, family */
  | 'address-invalid'
  /** address */
  | 'address-outside'
  | 'address-in-use'
  /** network, family */
  | 'addresses-used-up'
  /** container, network */
  | 'already-connected'
  /** container, network */
  | 'not-connected'
  | 'network-of-the-host'
  | 'network-shared'
  | 'network-none'
  /** reference */
  | 'container-not-found'
  /** id: of the container whose network is to be shared */
  | 'network-owner-stopped'
  /** name, id */
  | 'container-name-taken'
  /** name */
  | 'container-name-invalid'
  | 'container-name-same'
  /** id */
  | 'container-not-running'
  /** id */
  | 'container-running'
  /** id */
  | 'container-not-paused'
  /** image */
  | 'image-not-found'
  /** signal */
  | 'signal-invalid'
  | 'memory-too-small'
  /** capability */
  | 'capability-unknown'
  /** user */
  | 'user-unknown'
  /** group */
  | 'group-unknown'
  /** workingDir */
  | 'working-dir-relative'
  /** program: what runc said of it */
  | 'program-unusable'
