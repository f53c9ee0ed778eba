import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { run } from './process.mjs'
import { Refusal } from './refusal.mjs'

const heartbeatMs = 5000
/** The cause often stands at the beginning, before a page of advice. */
const [headLines, tailLines] = [12, 16]

/**
 * Shows what setup does: a numbered line as a step begins, a sign of life every five seconds with the
 * last line that the program printed, and the time it took. Everything printed goes to a log file.
 */
export function createProgress(logFile) {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o711 })
  writeFileSync(logFile, '', { mode: 0o600 })
  let number = 0
  return { logFile, step }

  /** Runs `work` with a runner of programs that throws a Refusal when one fails. */
  async function step(title, work) {
    number += 1
    const began = performance.now()
    const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
    let lastLine = ''
    console.log(`[${number}] ${title}`)
    appendFileSync(logFile, `\n==== ${new Date().toISOString()} ${title}\n`)
    const heartbeat = setInterval(() => console.log(`    ${seconds()}  ${lastLine.slice(0, 100)}`), heartbeatMs)
    try {
      const result = await work(async (file, args, options = {}) => {
        appendFileSync(logFile, `$ ${[file, ...args].join(' ')}\n`)
        const onOutput = (text) => {
          appendFileSync(logFile, text)
          lastLine = lineOf(text) ?? lastLine
        }
        const { code, output } = await run(file, args, { onOutput, ...options })
        if (code !== 0 && !options.mayFail) throw failure(title, file, code, output, logFile)
        return { code, output }
      })
      console.log(`    done in ${seconds()}`)
      return result
    } finally {
      clearInterval(heartbeat)
    }
  }
}

function lineOf(text) {
  const lines = stripVTControlCharacters(text).split(/[\r\n]+/)
  return lines.map((line) => line.trim()).findLast((line) => line !== '' && !line.startsWith('npm warn'))
}

function failure(title, file, code, output, logFile) {
  const lines = stripVTControlCharacters(output).trimEnd().split('\n')
  const left = lines.length - headLines - tailLines
  const shown = left > 0 ? [...lines.slice(0, headLines), `(${left} lines)`, ...lines.slice(-tailLines)] : lines
  const quote = shown.map((line) => `  | ${line}`).join('\n')
  return new Refusal(`${title}: ${file} failed with exit code ${code}; the whole output is in ${logFile}\n${quote}`)
}
