import { type Container, createdState, defaultContainerOptions } from '../../cnm/container'
import { type ContainerId, createId } from '../../cnm/ids'

/** A container record for tests, with what matters to the test written over it. */
export function containerOf(change: Partial<Container> = {}): Container {
  return {
    id: createId<ContainerId>(),
    name: 'box',
    image: 'busybox:latest',
    imageId: `sha256:${'0'.repeat(64)}`,
    command: ['sh'],
    env: [],
    workingDir: '',
    user: '',
    hostname: 'box',
    domainname: '',
    labels: {},
    networkMode: 'default',
    ports: [],
    published: [],
    dns: [],
    dnsSearch: [],
    extraHosts: [],
    pidsLimit: null,
    memoryBytes: null,
    capAdd: [],
    capDrop: [],
    autoRemove: false,
    options: defaultContainerOptions,
    sandbox: null,
    state: createdState,
    createdAt: new Date(0),
    ...change,
  }
}
