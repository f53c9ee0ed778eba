import { z } from 'zod'
import { type Sentence, toTold } from '../cnm/sentence'
import type { Driver } from '../drivers/contract'
import type { DriverView } from './contract'
import * as input from './input'
import { protectedProcedure, router } from './trpc'

export const driverRouter = router({
  /** The kinds of networks, with why one cannot be made on this host. */
  list: protectedProcedure.input(input.nothing).query(async ({ ctx }) => {
    const lacks = await ctx.engine.driverLacks()
    return ctx.drivers.map((driver) => driverView(driver, lacks.get(driver.name) ?? null))
  }),
})

function driverView(driver: Driver, lack: Sentence | null): DriverView {
  const { name, description, creatable, usesIpam, options, requires = [], fixedOptions = [] } = driver
  return {
    name,
    description,
    creatable,
    usesIpam,
    requires,
    lack: lack && toTold(lack),
    fixedOptions,
    options: optionsSchema(options),
  }
}

function optionsSchema(options: Driver['options']): DriverView['options'] {
  return { ...z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) }
}
