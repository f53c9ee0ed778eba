import { answerNames } from './host'
import { compareResults } from './judge'
import { printFindings, writeTable } from './report'
import { type EngineName, engineNames, measureEngine, readResults, runEngine } from './run'
import { serve } from './serve'
import { themes } from './themes'

/**
 * What server/setup/conformance.mjs runs, each in namespaces of its own: `run ENGINE FOLDER`, `measure ENGINE FOLDER`,
 * `judge FOLDER`; `serve DIRECTORY` is Patchbay under test, `nameserver` what both ask for names.
 *
 * - `--only NAME` takes one theme and leaves docs/conformance.md as it is.
 * - `--reuse` takes the Docker Engine's part from the last run where the steps are the same, and measures nothing.
 */
async function main([verb, ...args]: readonly string[]): Promise<number> {
  if (verb === 'serve') return serve(args[0] ?? '').then(() => 0)
  if (verb === 'nameserver') return answerNames().then(() => 0)
  const [first = '', second = ''] = args
  const only = args[args.indexOf('--only') + 1]
  const chosen = args.includes('--only') ? themes.filter(({ name }) => name === only) : themes
  if (chosen.length === 0) throw new Error(`there is no theme ${only}: ${themes.map(({ name }) => name).join(', ')}`)
  if (verb === 'run' && isEngine(first)) {
    await runEngine(first, second, chosen, args.includes('--reuse') && first === 'docker')
    return 0
  }
  if (verb === 'measure' && isEngine(first)) return measureEngine(first, second).then(() => 0)
  if (verb !== 'judge') throw new Error(`${verb} is not known: this is run by npm run conformance`)
  const results = { docker: await readResults(first, 'docker'), patchbay: await readResults(first, 'patchbay') }
  const findings = compareResults(chosen, results)
  if (chosen === themes && !args.includes('--reuse')) await writeTable(findings, results)
  return printFindings(findings, results, chosen === themes)
}

function isEngine(name: string): name is EngineName {
  return (engineNames as readonly string[]).includes(name)
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  return 1
})
