import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import chinese from '../messages/zh/sentences.json'

const server = fileURLToPath(new URL('../../server', import.meta.url))
const catalogue: Readonly<Record<string, string>> = chinese

/** English templates of what the daemon tells, by the file that has them. */
function templatesIn(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  if (!text.includes('sentence`')) return []
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'sentence') found.push(templateOf(node.template))
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
  return found
}

function templateOf(literal: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(literal)) return literal.text
  return literal.templateSpans.reduce((text, span, at) => `${text}{${at}}${span.literal.text}`, literal.head.text)
}

function placesIn(text: string): string {
  return [...new Set(text.match(/\{\d+\}/g))].sort().join(' ')
}

const templates = new Set(
  readdirSync(server, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/testing\//.test(file))
    .flatMap((file) => templatesIn(join(server, file))),
)

test('every sentence of the daemon has its Chinese; add these to components/messages/zh/sentences.json', () => {
  expect(templates.size).toBeGreaterThan(300)
  expect([...templates].filter((template) => !catalogue[template])).toEqual([])
})

test('Chinese sentences have the values that the English ones have', () => {
  const differing = Object.entries(catalogue).filter(([template, text]) => placesIn(template) !== placesIn(text))
  expect(differing).toEqual([])
})

test('no Chinese is left of a sentence that is told no more; remove these', () => {
  expect(Object.keys(catalogue).filter((template) => !templates.has(template))).toEqual([])
})
