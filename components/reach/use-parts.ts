'use client'

import { useMemo } from 'react'
import { useSnapshot } from '../trpc/snapshot'
import { groupsOf } from './groups'
import type { Matrix } from './matrix'
import { groupKey } from './network-table'

/** More rows than these are summarised, where nobody chose otherwise. */
const fewRows = 40

/** Which part of the matrix is shown: all of it, its networks, or what is between two of them. */
export function useParts(matrix: Matrix | null, parameters: URLSearchParams) {
  const names = useSnapshot(({ endpoints, networks }) => {
    const found: Record<string, string> = {}
    for (const { containerId, networkId } of Object.values(endpoints)) {
      const name = networks[networkId]?.name ?? ''
      found[containerId] = found[containerId] === undefined ? name : `${found[containerId]}\n${name}`
    }
    return found
  })
  const { rows, columns } = matrix ?? none
  const groups = useMemo(() => {
    const networksOf = (id: string) => names[id]?.split('\n').sort() ?? []
    return { rows: groupsOf(rows, networksOf), columns: groupsOf(columns, networksOf) }
  }, [rows, columns, names])
  const usual = rows.length > fewRows ? 'networks' : 'all'
  const from = groups.rows.find((group) => groupKey(group) === parameters.get('from'))
  const to = groups.columns.find((group) => groupKey(group) === parameters.get('to'))
  const part = useMemo(
    () => ({ rows: from?.members ?? [...rows.keys()], columns: to?.members ?? [...columns.keys()] }),
    [from, to, rows, columns],
  )
  const chosen = from && to ? { from, to } : null
  const view: 'networks' | 'all' =
    parameters.get('view') === 'all' ? 'all' : parameters.get('view') === 'networks' ? 'networks' : usual
  return { view, usual, part, chosen, rowGroups: groups.rows, columnGroups: groups.columns } as const
}

const none: Pick<Matrix, 'rows' | 'columns'> = { rows: [], columns: [] }
