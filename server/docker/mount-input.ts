import { z } from 'zod'
import type { Mount } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { refuse } from './refuse'

const list = z.array(z.string()).nullish()

export const mountSchema = z.object({
  Type: z.string(),
  Source: z.string().nullish(),
  Target: z.string(),
  ReadOnly: z.boolean().nullish(),
  BindOptions: z
    .looseObject({
      Propagation: z.string().nullish(),
      NonRecursive: z.boolean().nullish(),
      CreateMountpoint: z.boolean().nullish(),
    })
    .nullish(),
  VolumeOptions: z
    .looseObject({
      NoCopy: z.boolean().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      DriverConfig: z
        .object({ Name: z.string().nullish(), Options: z.record(z.string(), z.string()).nullish() })
        .nullish(),
      Subpath: z.string().nullish(),
    })
    .nullish(),
  TmpfsOptions: z.looseObject({ SizeBytes: z.number().nullish(), Mode: z.number().nullish() }).nullish(),
})

/** Where a client names what a container mounts. */
export interface MountFields {
  readonly Binds?: z.infer<typeof list>
  readonly Mounts?: readonly z.infer<typeof mountSchema>[] | null | undefined
  readonly Tmpfs?: Readonly<Record<string, string>> | null | undefined
  /** `Volumes` of the configuration: the paths. */
  readonly Volumes?: Readonly<Record<string, unknown>> | null | undefined
}

/** `-v`, `--mount`, `--tmpfs` and the image-like list of volumes, as the engine takes them. */
export function mountsOf({ Binds, Mounts, Tmpfs, Volumes }: MountFields): Mount[] {
  const named = [
    ...(Binds ?? []).map(bindOf),
    ...(Mounts ?? []).map(mountOf),
    ...Object.entries(Tmpfs ?? {}).map(([target, options]) => tmpfsOf(target, options)),
  ]
  // A client sends the path of `-v name:/path` here as well.
  const taken = new Set(named.map(({ target }) => target))
  const alone = Object.keys(Volumes ?? {}).filter((target) => !taken.has(target))
  return [...named, ...alone.map((target) => volumeOf('', target, true))]
}

const modes = /^(ro|rw|z|Z|nocopy|r?private|r?shared|r?slave|consistent|cached|delegated)$/

/** "source:target" or "source:target:options"; the source is a path of the host's, or a volume's name. */
function bindOf(text: string): Mount {
  const [source = '', target, mode, ...rest] = text.split(':')
  if (source === '' || !target || mode === '' || rest.length > 0) {
    throw new PatchbayError('invalid-parameter', `invalid volume specification: ${shown(text)}`, { field: 'mounts' })
  }
  const options = mode?.split(',') ?? []
  if (options.some((option) => !modes.test(option))) {
    throw new PatchbayError('invalid-parameter', `invalid mode: ${mode}`, { field: 'mounts' })
  }
  const mount = source.startsWith('/') ? shortMount('bind', source, target) : volumeOf(source, target, true)
  return {
    ...mount,
    readOnly: options.includes('ro'),
    options: options.filter((option) => option !== 'ro' && option !== 'rw'),
  }
}

function mountOf(raw: z.infer<typeof mountSchema>): Mount {
  const { Type: type, Source: source, Target: target, ReadOnly: readOnly } = raw
  const mount = { source: source ?? '', target, readOnly: readOnly ?? false, short: false, anonymous: false }
  if (type === 'bind') return { ...mount, type, ...bindOptions(raw) }
  if (type === 'tmpfs') return { ...mount, type, source: '', options: tmpfsOptions(raw) }
  refuse(type !== 'volume', `--mount type=${type}`)
  const given = raw.VolumeOptions
  const driver = given?.DriverConfig
  refuse(driver?.Name && driver.Name !== 'local', `volume driver ${driver?.Name}`)
  refuse(Object.keys(driver?.Options ?? {}).length > 0, 'volume-opt of --mount')
  refuse(Object.keys(given?.Labels ?? {}).length > 0, 'volume-label of --mount')
  refuse(given?.Subpath, 'volume-subpath of --mount')
  return { ...mount, type: 'volume', anonymous: !source, options: given?.NoCopy ? ['nocopy'] : [] }
}

function bindOptions({ BindOptions: given }: z.infer<typeof mountSchema>) {
  return {
    short: given?.CreateMountpoint ?? false,
    options: [...(given?.Propagation ? [given.Propagation] : []), ...(given?.NonRecursive ? ['bind'] : [])],
  }
}

function tmpfsOptions({ TmpfsOptions: given }: z.infer<typeof mountSchema>): string[] {
  return [
    ...(given?.SizeBytes ? [`size=${given.SizeBytes}`] : []),
    ...(given?.Mode ? [`mode=${given.Mode.toString(8)}`] : []),
  ]
}

function tmpfsOf(target: string, text: string): Mount {
  const options = text.split(',').filter((option) => option !== '')
  const readOnly = options.includes('ro')
  return {
    ...shortMount('tmpfs', '', target),
    readOnly,
    options: options.filter((option) => option !== 'ro' && option !== 'rw'),
  }
}

function volumeOf(source: string, target: string, short: boolean): Mount {
  return { ...shortMount('volume', source, target), short, anonymous: source === '' }
}

function shortMount(type: Mount['type'], source: string, target: string): Mount {
  return { type, source, target, readOnly: false, options: [], short: true, anonymous: false }
}
