import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Attributes whose value people see or hear. */
const spoken = new Set([
  'alt',
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'label',
  'placeholder',
  'title',
])

/** Names that are the same in every language. */
const untranslated = new Set(['iptables', 'Esc', 'Patchbay'])

function listVisibleText(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const text = visibleText(node)?.trim()
    if (text && /\p{Letter}{2}/u.test(text) && !untranslated.has(text)) found.push(`${at(source, node)} ${text}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Text between tags, in braces between tags, or in an attribute that is read out. */
function visibleText(node: ts.Node): string | undefined {
  if (ts.isJsxText(node)) return node.text
  if (!ts.isStringLiteralLike(node)) return undefined
  if (ts.isJsxExpression(node.parent)) {
    const around = node.parent.parent
    if (ts.isJsxElement(around) || ts.isJsxFragment(around)) return node.text
    return ts.isJsxAttribute(around) && spoken.has(around.name.getText()) ? node.text : undefined
  }
  return ts.isJsxAttribute(node.parent) && spoken.has(node.parent.name.getText()) ? node.text : undefined
}

function at(source: ts.SourceFile, node: ts.Node): string {
  return `${source.fileName.slice(root.length)}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}

test('everything that people read comes from the messages', () => {
  const files = ['app', 'components'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.tsx'))
      .map((file) => join(root, folder, file)),
  )
  expect(files.length).toBeGreaterThan(20)
  expect(files.flatMap(listVisibleText)).toEqual([])
})
