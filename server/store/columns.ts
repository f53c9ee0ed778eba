import { z } from 'zod'

/** JSON columns that several tables share. */
export const stringList = z.array(z.string())
export const stringMap = z.record(z.string(), z.string())
