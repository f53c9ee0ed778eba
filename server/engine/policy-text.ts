import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { policyTextNames } from '../cnm/policy-text'
import { type Sentence, sentence } from '../cnm/sentence'
import type { PolicyInput, PolicyRuleInput } from './contract'

const keys: readonly string[] = Object.values(policyTextNames)

const example = '"allow ingress tcp 80,443 from container web; deny egress to 10.0.0.0/8"'

type Texts = Readonly<Record<string, string>>

/** What texts ask for, its values not checked yet; undefined where none is about a policy. Throws invalid-parameter. */
export function policyFromTexts(texts: Texts): PolicyInput | undefined {
  const unknown = Object.keys(texts).find((key) => key.startsWith('patchbay.policy.') && !keys.includes(key))
  if (unknown !== undefined) throw invalid(sentence`option ${shown(unknown)} is not known; there are ${keys}`)
  if (!keys.some((key) => key in texts)) return undefined
  const { [policyTextNames.ingress]: ingress, [policyTextNames.egress]: egress, [policyTextNames.rules]: rules } = texts
  return {
    ...(ingress === undefined ? {} : { ingress }),
    ...(egress === undefined ? {} : { egress }),
    ...(rules === undefined ? {} : { rules: parseRules(rules) }),
  }
}

/** Takes what is about the policy out of driver options: the policy is a thing of its own. */
export function withPolicyOptions<Input extends { options?: Record<string, string>; policy?: PolicyInput }>(
  input: Input,
): Input {
  const policy = policyFromTexts(input.options ?? {})
  if (!policy) return input
  if (input.policy)
    throw invalid(sentence`the policy is given twice, by itself and by ${policyTextNames.rules} or its kin; give one`)
  const others = Object.entries(input.options ?? {}).filter(([key]) => !keys.includes(key))
  return { ...input, options: Object.fromEntries(others), policy }
}

/** Rules end at semicolons and lines; a name with spaces or semicolons stands in quotes, as in JSON. */
function parseRules(text: string): PolicyRuleInput[] {
  const rules: string[][] = [[]]
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[;\n]|[^\s;"]+|"/g)) {
    if (token === ';' || token === '\n') rules.push([])
    else rules.at(-1)?.push(token)
  }
  return rules.filter((tokens) => tokens.length > 0).map((tokens, at) => parseRule(tokens, at + 1))
}

/** ACTION DIRECTION [PROTOCOL [PORTS]] [from|to PEER] */
function parseRule(tokens: readonly string[], number: number): PolicyRuleInput {
  const way = tokens.findIndex((token) => token === 'from' || token === 'to')
  const [action = '', direction = '', protocol, ports, ...rest] = way < 0 ? tokens : tokens.slice(0, way)
  const peer = way < 0 ? undefined : parsePeer(tokens.slice(way + 1))
  if (direction === '' || rest.length > 0 || peer === null) {
    throw invalid(
      sentence`${policyTextNames.rules}: rule ${number} ${shown(tokens.join(' '))} cannot be read; it is to be like ${example}`,
    )
  }
  return {
    ...{ action, direction },
    ...(protocol === undefined ? {} : { protocol }),
    ...(ports === undefined ? {} : { ports }),
    ...(peer ? { peer } : {}),
  }
}

/** null: it cannot be read. */
function parsePeer([kind = '', raw, ...rest]: readonly string[]): PolicyRuleInput['peer'] | null {
  if (rest.length > 0) return null
  if (kind === 'container' || kind === 'network') {
    const name = raw === undefined ? null : unquoted(raw)
    return name === null ? null : { kind, name }
  }
  if (kind === 'subnet') return raw === undefined ? null : { kind, subnet: raw }
  if (raw !== undefined || kind === '') return null
  return /[.:/]/.test(kind) ? { kind: 'subnet', subnet: kind } : { kind }
}

function unquoted(text: string): string | null {
  if (!text.startsWith('"')) return text
  try {
    return String(JSON.parse(text))
  } catch {
    return null
  }
}

function invalid(message: Sentence): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'policy' })
}
