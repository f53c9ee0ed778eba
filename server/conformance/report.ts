import { writeFile } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { meant } from './differences'
import { type Finding, textOf } from './judge'
import { operations, rounds } from './measure'
import { type EngineName, type Results, secondsOf } from './run'

type Both = Readonly<Record<EngineName, Results>>

/** docs/conformance.md: how fast both were, and a row for every step. */
export async function writeTable(findings: readonly Finding[], results: Both): Promise<void> {
  const sections = [...new Set(findings.map(({ theme }) => theme))].map((theme) => {
    const rows = findings.filter((finding) => finding.theme === theme).map(row)
    return [`## ${theme}`, '', '| step | |', '|---|---|', ...rows].join('\n')
  })
  const head = [
    '# Conformance',
    '',
    'Written by `npm run conformance`: the same steps against a Docker Engine 20.10 and against Patchbay, each in a network',
    'namespace of its own, compared in exit code, message, every field of what inspect shows, files in the containers, and who',
    'reaches whom. Ids, moments and process numbers are left out of the comparison; nothing else is.',
    '',
    `${summary(findings)} ${took(results)}`,
    '',
    speed(results),
  ]
  await writeFile('docs/conformance.md', `${[...head, '', sections.join('\n\n')].join('\n')}\n`)
}

/** Prints what differs without being meant to, and the summary; gives the exit code. */
export function printFindings(findings: readonly Finding[], results: Both, isWhole: boolean): number {
  const wrong = findings.filter(({ unexpected }) => unexpected.length > 0)
  for (const { theme, step, unexpected } of wrong) {
    console.log(`\n${theme}: ${step.title}`)
    for (const { path, docker, patchbay } of unexpected) {
      console.log(`  ${path}\n    docker:   ${indented(docker)}\n    patchbay: ${indented(patchbay)}`)
    }
  }
  for (const entry of isWhole ? meant : []) {
    const isUsed = findings.some(({ excused }) => excused.some(({ by }) => by === entry))
    if (!isUsed) console.log(`no longer seen, to be taken out of differences.ts: ${entry.reason}`)
  }
  console.log(`\n${speed(results)}\n\n${plain(summary(findings))}`)
  console.log(took(results))
  return wrong.length > 0 ? 1 : 0
}

function took(results: Both): string {
  const secondsOn = (name: EngineName) => secondsOf(Object.values(results[name].themes)).toFixed(0)
  return `The steps took ${secondsOn('docker')} s on the Docker Engine, ${secondsOn('patchbay')} s on Patchbay.`
}

function summary(findings: readonly Finding[]): string {
  const wrong = findings.filter(({ unexpected }) => unexpected.length > 0).length
  const different = findings.filter(({ excused, unexpected }) => excused.length > 0 && unexpected.length === 0).length
  const same = findings.length - wrong - different
  return `**${findings.length} steps**: ${same} the same, ${different} with differences that are meant, ${wrong} with others.`
}

function speed({ docker, patchbay }: Both): string {
  if (!docker.medians || !patchbay.medians) return ''
  const { medians: theirs } = docker
  const { medians: ours } = patchbay
  const rows = operations.map((name) => {
    return `| ${name} | ${ours[name].toFixed(1)} | ${theirs[name].toFixed(1)} | ${(theirs[name] / ours[name]).toFixed(1)} × |`
  })
  return [
    `Milliseconds over the socket, medians of ${rounds}; ${cpus().length} cores, kernel ${release()}.`,
    '',
    '| | Patchbay | Docker 20.10 | faster |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function row({ step, excused, unexpected }: Finding): string {
  const reasons = [...new Set(excused.map(({ by }) => by.reason))]
  const marks = unexpected.map(({ path }) => `**differs** at ${path}`)
  return `| ${code(step.title)} | ${[...marks, ...reasons].join('; ') || 'same'} |`
}

function code(text: string): string {
  const short = text.length > 160 ? `${text.slice(0, 160)}…` : text
  const fence = short.includes('`') ? '``' : '`'
  return `${fence}${short.replaceAll('|', '\\|').replaceAll('\n', ' ')}${fence}`
}

function indented(value: unknown): string {
  return textOf(value)
    .slice(0, 1_500)
    .replaceAll('\n', `\n${' '.repeat(14)}`)
}

function plain(text: string): string {
  return text.replaceAll('**', '')
}
