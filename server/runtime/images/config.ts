import { z } from 'zod'
import type { Healthcheck } from '../../cnm/container'
import { PatchbayError } from '../../cnm/errors'
import type { ImageConfig } from '../contract'

/** Of an image that says nothing. */
export const emptyConfig: ImageConfig = {
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

const strings = z.array(z.string()).nullish()
const keys = z.record(z.string(), z.unknown()).nullish()

const runSchema = z.looseObject({
  Entrypoint: strings,
  Cmd: strings,
  Env: strings,
  WorkingDir: z.string().nullish(),
  User: z.string().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  ExposedPorts: keys,
  Volumes: keys,
  StopSignal: z.string().nullish(),
  OnBuild: strings,
  Healthcheck: z
    .looseObject({
      Test: strings,
      Interval: z.number().nullish(),
      Timeout: z.number().nullish(),
      StartPeriod: z.number().nullish(),
      Retries: z.number().nullish(),
    })
    .nullish(),
})

const schema = z.looseObject({
  architecture: z.string().nullish(),
  variant: z.string().nullish(),
  os: z.string().nullish(),
  created: z.string().nullish(),
  author: z.string().nullish(),
  comment: z.string().nullish(),
  docker_version: z.string().nullish(),
  container: z.string().nullish(),
  container_config: z.looseObject({}).nullish(),
  parent: z.string().nullish(),
  config: runSchema.nullish(),
  rootfs: z.object({ type: z.string(), diff_ids: z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/)) }),
  history: z
    .array(
      z.looseObject({
        created: z.string().nullish(),
        created_by: z.string().nullish(),
        author: z.string().nullish(),
        comment: z.string().nullish(),
        empty_layer: z.boolean().nullish(),
      }),
    )
    .nullish(),
})

/** The configuration of an image, as Docker and OCI write it: its bytes' digest is the image's id. */
export type RawConfig = z.infer<typeof schema>
export type RunConfig = z.infer<typeof runSchema>

/** Real ones take some kilobytes. */
export const longestConfig = 4 * 1024 * 1024

/** Throws invalid-parameter for what is no configuration of a Linux image. */
export function parseConfig(bytes: Buffer): RawConfig {
  const parsed = schema.safeParse(parseJson(bytes, 'the configuration of the image'))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw malformed(`the configuration of the image: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const { os, rootfs } = parsed.data
  if (os && os !== 'linux') throw malformed(`the image is made for ${os}; only images for linux run here`)
  if (rootfs.type !== 'layers') throw malformed(`the image has a root file system of type ${rootfs.type}, not layers`)
  return parsed.data
}

export function parseJson(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw malformed(`${what} is not JSON`, cause)
  }
}

/** What containers get of it. */
export function toImageConfig({ config }: RawConfig): ImageConfig {
  return {
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    env: config?.Env ?? [],
    workingDir: config?.WorkingDir ?? '',
    user: config?.User ?? '',
    labels: config?.Labels ?? {},
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
    volumes: Object.keys(config?.Volumes ?? {}),
    stopSignal: config?.StopSignal || null,
    healthcheck: healthcheckOf(config?.Healthcheck),
  }
}

/** Times come in nanoseconds; what is not said, or makes no sense, is Docker's default. */
function healthcheckOf(given: RunConfig['Healthcheck']): Healthcheck | null {
  const test = given?.Test ?? []
  if (!['CMD', 'CMD-SHELL', 'NONE'].includes(test[0] ?? '')) return null
  const ms = (ns: number | null | undefined, usual: number) => (ns && ns >= 1e6 ? ns / 1e6 : usual)
  return {
    test,
    intervalMs: ms(given?.Interval, 30_000),
    timeoutMs: ms(given?.Timeout, 30_000),
    startPeriodMs: ms(given?.StartPeriod, 0),
    retries: given?.Retries && given.Retries > 0 ? Math.floor(given.Retries) : 3,
  }
}

export function createdAt({ created }: RawConfig): Date {
  const date = new Date(created ?? 0)
  return Number.isNaN(date.getTime()) ? new Date(0) : date
}

export function malformed(why: string, cause?: unknown): PatchbayError {
  return new PatchbayError('invalid-parameter', why, { cause })
}
