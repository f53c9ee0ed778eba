import { messageOf, toldBy } from '../cnm/errors'
import type { Netns, SocketObject } from '../plan/object'
import type { Command, FirewallProgram } from '../plan/plan'
import type { Executor } from './apply'
import { BatchError, type Outcome, outcomesAround } from './batch-error'
import { endConnections } from './flows'
import { encodeIpLine } from './ip-batch'
import type { IpBatches } from './ip-batches'
import type { Leases } from './leases'
import { removeLinks, removesLinks } from './link-removal'
import { createNamespace, removeNamespace } from './namespaces'
import { encodeRestoreLine, type RestoreBatch, restoreIn } from './restore-batch'
import type { RuleRemover } from './rule-remover'
import { CommandError, run } from './run'
import type { Sockets } from './sockets'
import { checkSysctl, setSysctls } from './sysctl'

type CommandOf<Program extends Command['program']> = Command & { program: Program }
type FirewallCommand = CommandOf<FirewallProgram>
type Result = { readonly untouched?: ReadonlySet<number> }

/** The programs that the executor keeps open. */
export interface Tools {
  readonly ip: IpBatches
  readonly tc: IpBatches
  readonly firewall: Readonly<Record<FirewallProgram, RestoreBatch>>
  readonly rules: RuleRemover
  readonly sockets: Sockets
  readonly leases: Leases
}

/** Carries commands out on the real kernel. */
export function createExecutor(tools: Tools): Executor {
  return {
    check: checkCommand,
    run: async (commands) => {
      const [first] = commands
      if (first === undefined) return {}
      switch (first.program) {
        case 'ip':
        case 'tc':
          await runBatch(tools, first, commands.filter(isOf<'ip' | 'tc'>(first.program)).map(argsOf))
          return {}
        case 'iptables':
        case 'ip6tables':
          await runFirewall(tools, first, commands.filter(isOf<FirewallProgram>(first.program)))
          return {}
        case 'nft':
          await runNft(first.netns, commands.filter(isOf('nft')))
          return {}
        case 'ss':
          for (const command of commands.filter(isOf('ss'))) await endConnections(command)
          return {}
        case 'conntrack':
          await forgetFlows(commands.filter(isOf('conntrack')))
          return {}
        case 'bridge':
          await runEach('bridge', commands.filter(isOf('bridge')))
          return {}
        case 'ip rule':
          await runEach('ip', commands.filter(isOf('ip rule')))
          return {}
        case 'sysctl':
          await setSysctls(first.netns, commands.filter(isOf('sysctl')))
          return {}
        case 'namespace':
          return runNamespaces(tools, commands.filter(isOf('namespace')))
        case 'socket':
          await runSockets(tools.sockets, first, commands.filter(isOf('socket')))
          return {}
        case 'lease':
          await runLeases(tools.leases, commands.filter(isOf('lease')))
          return {}
      }
    },
  }
}

async function runBatch(
  tools: Tools,
  { program, netns }: CommandOf<'ip' | 'tc'>,
  commands: readonly (readonly string[])[],
): Promise<void> {
  if (netns === 'host' && removesLinks(commands)) await removeLinks(tools.ip.remover, commands)
  else await tools[program].get(netns).run(commands)
}

function isOf<Program extends Command['program']>(program: Program) {
  return (command: Command): command is CommandOf<Program> => command.program === program
}

function argsOf({ args }: CommandOf<'ip' | 'tc'>): readonly string[] {
  return args
}

function checkCommand(command: Command): void {
  if (command.program === 'ip' || command.program === 'tc') encodeIpLine(command.args)
  if (command.program === 'iptables' || command.program === 'ip6tables') encodeRestoreLine(command.args)
  if (command.program === 'sysctl') checkSysctl(command)
}

/** Nothing tracked is a failure for `conntrack`, and none for us; nor does a change fall by what is left of the past. */
async function forgetFlows(commands: readonly CommandOf<'conntrack'>[]): Promise<void> {
  for (const { args } of commands) {
    await run('conntrack', args).catch((error: unknown) => {
      const isNone = error instanceof CommandError && /\b0 flow entries/.test(error.stderr)
      if (!isNone) console.error(`connections could not be forgotten: ${messageOf(error)}`)
    })
  }
}

/** All of it, or nothing. */
async function runNft(netns: Netns, commands: readonly CommandOf<'nft'>[]): Promise<void> {
  try {
    await run('nft', ['-f', '-'], { netns, input: commands.map(({ args }) => `${args.join(' ')}\n`).join('') })
  } catch (error) {
    throw new BatchError(0, new Array<Outcome>(commands.length).fill('not-run'), messageOf(error))
  }
}

/** `bridge` in a batch goes on after an error, and `ip`'s knows one family; these are few, so each has a process of its own. */
async function runEach(program: 'bridge' | 'ip', commands: readonly CommandOf<'bridge' | 'ip rule'>[]): Promise<void> {
  for (const [index, { args }] of commands.entries()) {
    await run(program, args).catch((error: unknown) => {
      const output = error instanceof CommandError ? error.stderr : messageOf(error)
      const isGone = args.includes('delete') && /no such (?:file|device)|cannot find device/i.test(output)
      if (!isGone) throw new BatchError(index, outcomesAround(index, commands.length, 'not-run'), output)
    })
  }
}

async function runFirewall(
  tools: Tools,
  { program, netns }: FirewallCommand,
  commands: readonly FirewallCommand[],
): Promise<void> {
  if (netns !== 'host') await restoreIn(netns, program, commands)
  else if (!(await tools.rules.remove(commands))) await tools.firewall[program].run(commands)
}

/** A namespace that was there is untouched: failing later must not take it away. */
async function runNamespaces(tools: Tools, commands: readonly CommandOf<'namespace'>[]): Promise<Result> {
  const untouched = new Set<number>()
  for (const [index, { verb, path }] of commands.entries()) {
    try {
      if (verb === 'remove') {
        await Promise.all([tools.ip.drop(path), tools.tc.drop(path)])
        await tools.sockets.closeIn(path)
        await removeNamespace(path)
      } else {
        const batch = await createNamespace(path)
        if (batch === undefined) untouched.add(index)
        else tools.ip.adopt(path, batch)
      }
    } catch (error) {
      throw new BatchError(index, outcomesAround(index, commands.length, 'not-run'), toldBy(error))
    }
  }
  return { untouched }
}

async function runLeases(leases: Leases, commands: readonly CommandOf<'lease'>[]): Promise<void> {
  const outcomes = await Promise.allSettled(
    commands.map(({ verb, object }) => (verb === 'take' ? leases.add(object) : leases.remove(object))),
  )
  const failed = outcomes.findIndex(({ status }) => status === 'rejected')
  const failure = outcomes[failed]
  if (failure?.status !== 'rejected') return
  throw new BatchError(
    failed,
    outcomes.map(({ status }) => (status === 'fulfilled' ? 'done' : 'not-run')),
    toldBy(failure.reason),
  )
}

async function runSockets(
  sockets: Sockets,
  first: CommandOf<'socket'>,
  commands: readonly CommandOf<'socket'>[],
): Promise<void> {
  const objects = commands.map(({ program: _, verb: __, ...object }): SocketObject => ({ kind: 'socket', ...object }))
  if (first.verb === 'open') await sockets.open(first.netns, objects)
  else await Promise.all(objects.map((object) => sockets.close(object)))
}
