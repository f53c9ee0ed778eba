import { isOfOneHost } from '../cnm/address'
import {
  type Container,
  type ContainerOptions,
  createdState,
  defaultContainerOptions,
  type Healthcheck,
} from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { type ContainerId, shortId } from '../cnm/ids'
import { checkContainerName, checkDnsName, shown } from '../cnm/names'
import { type Said, sentence } from '../cnm/sentence'
import { networkOwnerOf } from '../cnm/shared-network'
import { capabilitiesOf } from '../runtime/capabilities'
import type { Image, ImageConfig } from '../runtime/contract'
import { checkLimits, withSwap } from './container-limits'
import { checkOptions } from './container-options'
import type { EngineContext } from './context'
import type { ContainerCreateInput } from './contract'
import { parseExtraHosts } from './extra-hosts'
import { parseExposedPorts, parsePorts } from './port-requests'
import { parseSharedMode } from './shared-network'

/** A container's record from what was typed; every value checked. */
export function buildContainer(
  ctx: EngineContext,
  input: ContainerCreateInput,
  image: Image,
  id: ContainerId,
): Container {
  const name = input.name ? checkContainerName(input.name) : nextName(ctx)
  checkNameIsFree(ctx, name)
  const { entrypoint, command } = argumentsOf(input, image.config)
  checkTexts('command', command)
  checkVariables(input.env ?? [])
  for (const address of input.dns ?? []) checkServer(address)
  // Docker's way to say: none.
  checkWords(
    'dnsSearch',
    sentence`search domain`,
    (input.dnsSearch ?? []).filter((domain) => domain !== '.'),
  )
  checkWords('options.dnsOptions', sentence`resolver option`, input.options?.dnsOptions ?? [])
  checkOneLine('user', sentence`user`, input.user ?? '')
  checkOneLine('domainname', sentence`domain name`, input.domainname ?? '')
  capabilitiesOf(input.capAdd ?? [], input.capDrop ?? [])
  const container: Container = {
    id,
    name,
    image: input.image || (image.tags[0] ?? image.id),
    imageId: image.id,
    command,
    env: environmentOf(input.env ?? [], image.config.env),
    workingDir: checkWorkingDir(input.workingDir ?? '') || image.config.workingDir,
    user: input.user || image.config.user,
    hostname: input.hostname ? checkDnsName(input.hostname, 'hostname') : hostnameOf(ctx, input, id),
    domainname: input.domainname ?? '',
    labels: { ...image.config.labels, ...input.labels },
    networkMode: parseSharedMode(ctx, input) ?? input.network ?? 'bridge',
    ports: parsePorts(input.ports ?? []),
    published: [],
    dns: input.dns ?? [],
    dnsSearch: input.dnsSearch ?? [],
    extraHosts: parseExtraHosts(input.extraHosts ?? []),
    pidsLimit: input.pidsLimit || null,
    memoryBytes: input.memoryBytes || null,
    capAdd: input.capAdd ?? [],
    capDrop: input.capDrop ?? [],
    autoRemove: input.autoRemove ?? false,
    options: checkOptions(optionsOf(input, image.config, entrypoint), input.autoRemove ?? false),
    sandbox: null,
    state: createdState,
    createdAt: new Date(),
  }
  return checkLimits(withSwap(container))
}

/** What was asked for stands in front, and replaces what the image says of the same name. */
function environmentOf(given: readonly string[], image: readonly string[]): string[] {
  const nameOf = (variable: string) => variable.split('=')[0]
  const names = new Set(given.map(nameOf))
  return [...given, ...image.filter((variable) => !names.has(nameOf(variable)))]
}

/** Whoever shares a network stack goes by its name. */
function hostnameOf(ctx: EngineContext, { network = 'bridge' }: ContainerCreateInput, id: ContainerId): string {
  const owner = networkOwnerOf({ networkMode: network })
  if (owner !== undefined) return ctx.records.findContainer(owner)?.hostname ?? shortId(id)
  return ctx.records.findNetwork(network)?.driver === 'host' ? ctx.host.name : shortId(id)
}

function optionsOf(
  { options }: ContainerCreateInput,
  image: ImageConfig,
  entrypoint: readonly string[],
): ContainerOptions {
  return {
    ...defaultContainerOptions,
    ...options,
    entrypoint,
    exposedPorts: parseExposedPorts([...image.exposedPorts, ...(options?.exposedPorts ?? [])]),
    stopSignal: options?.stopSignal ?? image.stopSignal,
    healthcheck: healthcheckOf(options?.healthcheck ?? null, image.healthcheck),
  }
}

/** One that says nothing of what to run changes how often the image's own is. */
function healthcheckOf(given: Healthcheck | null, image: Healthcheck | null): Healthcheck | null {
  if (given === null || given.test.length > 0) return given ?? image
  return image && { ...given, test: image.test }
}

/** Docker's rule. A new entrypoint stands alone: the image's command was meant for the image's own. [""] is none. */
function argumentsOf({ options, command: given = [] }: ContainerCreateInput, image: ImageConfig) {
  const isNew = options?.entrypoint !== undefined && options.entrypoint.length > 0
  const entrypoint = isNew ? options.entrypoint.filter((word) => word !== '') : image.entrypoint
  return { entrypoint, command: given.length > 0 || isNew ? given : image.command }
}

function nextName(ctx: EngineContext): string {
  let number = 1
  while (ctx.records.containers.named(`container${number}`)) number++
  return `container${number}`
}

export function checkNameIsFree(ctx: EngineContext, name: string): void {
  const holder = ctx.records.containers.named(name)
  if (!holder) return
  throw new PatchbayError(
    'conflict',
    sentence`container name ${name} is already in use by container ${shortId(holder.id)}; remove that one or choose another name`,
    { field: 'name', reason: 'container-name-taken', data: { name, id: holder.id } },
  )
}

function checkTexts(field: string, texts: readonly string[]): void {
  const bad = texts.find((text) => text.includes('\0'))
  if (bad === undefined) return
  throw invalid(field, sentence`${field} ${shown(bad)} holds a NUL byte, which no program can be given`)
}

function checkServer(address: string): void {
  const isOne = isOfOneHost(address)
  if (isOne === undefined)
    throw invalid('dns', sentence`DNS server ${shown(address)} is not an address, as 9.9.9.9 or 2001:db8::53`)
  if (!isOne) throw invalid('dns', sentence`DNS server ${shown(address)} is no single address; name one server`)
}

/** What stands in a line of resolv.conf. */
function checkWords(field: string, what: Said, words: readonly string[]): void {
  const bad = words.find((word) => word === '' || /[\s\p{Cc}]/u.test(word))
  if (bad !== undefined) throw invalid(field, sentence`${what} ${shown(bad)} is not valid: it has to be one word`)
}

function checkOneLine(field: string, what: Said, text: string): void {
  if (!/\p{Cc}/u.test(text)) return
  throw invalid(field, sentence`${what} ${shown(text)} must not hold control characters`)
}

function checkWorkingDir(path: string): string {
  checkOneLine('workingDir', sentence`working directory`, path)
  if (path === '' || path.startsWith('/')) return path
  const message = sentence`working directory ${shown(path)} is not absolute; begin it with a slash`
  throw new PatchbayError('invalid-parameter', message, {
    ...{ field: 'workingDir', reason: 'working-dir-relative', data: { workingDir: path } },
  })
}

/** "NAME=value", or "NAME" alone. */
function checkVariables(variables: readonly string[]): void {
  checkTexts('env', variables)
  const bad = variables.find((variable) => variable === '' || variable.startsWith('='))
  if (bad === undefined) return
  throw invalid('env', sentence`environment variable ${shown(bad)} has no name; write it like NAME=value`)
}

function invalid(field: string, message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}
