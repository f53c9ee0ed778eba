import type { Image, ImageConfig, ImageDetail } from '../runtime/contract'

/** What Go prints for a time that has not been. */
const never = '0001-01-01T00:00:00Z'

/** The version in which images with neither name nor digest are listed without "<none>". */
const minorWithoutNone = 43
/** The version in which the size is told once. */
const minorWithoutVirtualSize = 44
/** The version in which what built an image is not told any more. */
const minorWithoutContainer = 45

/** As `GET /images/json` lists it. */
export function imageSummaryJson({ id, tags, createdAt, sizeBytes, config }: Image, minor: number) {
  const isOld = minor < minorWithoutNone
  return {
    Id: id,
    ParentId: '',
    RepoTags: tags.length === 0 && isOld ? ['<none>:<none>'] : tags,
    RepoDigests: isOld ? (tags.length === 0 ? ['<none>@<none>'] : null) : [],
    Created: seconds(createdAt),
    Size: sizeBytes,
    ...virtualSize(sizeBytes, minor),
    SharedSize: -1,
    Labels: orNull(config.labels),
    Containers: -1,
  }
}

/** As `GET /images/:name/json` answers it. */
export function imageJson({ id, tags, createdAt, sizeBytes, config }: Image, detail: ImageDetail, minor: number) {
  const { raw, layers, taggedAt, rootfs } = detail
  const text = (key: string) => (typeof raw[key] === 'string' ? raw[key] : '')
  return {
    Id: id,
    RepoTags: tags,
    RepoDigests: [],
    Parent: text('parent'),
    Comment: text('comment'),
    Created: text('created') || createdAt.toISOString(),
    ...(minor < minorWithoutContainer ? { Container: text('container') } : {}),
    // Gone since 1.45, and docker-compose 1.29 cannot make a container anew without it.
    ContainerConfig: configJson(noConfig, raw.container_config),
    DockerVersion: text('docker_version'),
    Author: text('author'),
    Config: configJson(config, raw.config),
    Architecture: text('architecture'),
    ...(text('variant') === '' ? {} : { Variant: text('variant') }),
    Os: text('os') || 'linux',
    Size: sizeBytes,
    ...virtualSize(sizeBytes, minor),
    GraphDriver: { Data: { UpperDir: rootfs }, Name: 'overlay2' },
    RootFS: { Type: 'layers', Layers: layers },
    Metadata: { LastTagTime: taggedAt?.toISOString() ?? never },
  }
}

/** As `GET /images/:name/history` answers it. */
export function historyJson({ id, tags }: Image, { history }: ImageDetail) {
  return history.map(({ createdAt, createdBy, comment, sizeBytes }, index) => ({
    Id: index === 0 ? id : '<missing>',
    Created: createdAt ? seconds(createdAt) : seconds(new Date(never)),
    CreatedBy: createdBy,
    Tags: index === 0 && tags.length > 0 ? tags : null,
    Size: sizeBytes,
    Comment: comment,
  }))
}

const noConfig: ImageConfig = {
  entrypoint: [],
  command: [],
  env: [],
  workingDir: '',
  user: '',
  labels: {},
  exposedPorts: [],
  volumes: [],
  stopSignal: null,
  healthcheck: null,
}

/** All that Docker tells of a configuration, and besides what the image says and Patchbay has no use for. */
function configJson(config: ImageConfig, raw: unknown) {
  const said = typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : {}
  return {
    Hostname: '',
    Domainname: '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Image: '',
    OnBuild: null,
    ...said,
    User: config.user,
    ...(config.exposedPorts.length > 0 ? { ExposedPorts: keysOf(config.exposedPorts) } : {}),
    Env: orNull(config.env),
    Cmd: orNull(config.command),
    Volumes: config.volumes.length > 0 ? keysOf(config.volumes) : null,
    WorkingDir: config.workingDir,
    Entrypoint: orNull(config.entrypoint),
    Labels: orNull(config.labels),
    ...(config.stopSignal === null ? {} : { StopSignal: config.stopSignal }),
  }
}

function keysOf(keys: readonly string[]): Record<string, object> {
  return Object.fromEntries(keys.map((key) => [key, {}]))
}

function orNull<Shape extends object>(value: Shape): Shape | null {
  return Object.keys(value).length > 0 ? value : null
}

function virtualSize(sizeBytes: number, minor: number) {
  return minor < minorWithoutVirtualSize ? { VirtualSize: sizeBytes } : {}
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
