import { UsageError } from '../camera-error.ts'
import { parseDuration } from '../duration.ts'
import { clockFaults } from './clock-faults.ts'
import type { Fault, Plan } from './fault.ts'
import { homeKitFaults } from './home-kit-faults.ts'
import { manifestFaults } from './manifest-faults.ts'
import { mediaFaults } from './media-faults.ts'
import { orderFaults } from './order-faults.ts'
import { requestFaults } from './request-faults.ts'

/** All faults by their name, in the order in which they are applied. */
export const faults: Readonly<Record<string, Fault>> = {
  ...clockFaults,
  ...orderFaults,
  ...mediaFaults,
  ...manifestFaults,
  ...homeKitFaults,
  ...requestFaults,
}

/** A fault with the value that `--faults` gives it. */
export interface PlantedFault {
  readonly name: string
  readonly fault: Fault
  readonly value: number
}

/** Reads `skip=3,codec=wrong`. Throws a UsageError that lists the known faults. */
export function parseFaults(list: string): readonly PlantedFault[] {
  const given = new Map(list.split(',').map((item) => parseItem(item.trim())))
  return Object.entries(faults).flatMap(([name, fault]) => {
    const value = given.get(name)
    return value === undefined ? [] : [{ name, fault, value }]
  })
}

function parseItem(item: string): readonly [name: string, value: number] {
  const [name = '', ...texts] = item.split('=')
  const text = texts.join('=')
  const fault = Object.hasOwn(faults, name) ? faults[name] : undefined
  if (!fault) throw new UsageError(`unknown fault ${item}\n${faultList()}`)
  const value = readValue(fault, text)
  if (value === null) throw new UsageError(`the fault ${name} is written like ${fault.example}, not ${item}`)
  return [name, value]
}

function readValue({ takes }: Fault, text: string): number | null {
  if (takes === 'duration') return parseDuration(text)
  if (takes === 'segment') return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null
  return text === takes.word ? 0 : null
}

/** Applies faults to what a camera sends. Throws a UsageError for a fault that changes nothing. */
export const withFaults = (plan: Plan, planted: readonly PlantedFault[]): Plan =>
  planted.reduce((before, { name, fault, value }) => {
    const after = fault.apply(before, value)
    if (isSame(before.objects, after.objects))
      throw new UsageError(`the fault ${name} changes nothing of what this camera sends`)
    return after
  }, plan)

const isSame = (some: Plan['objects'], others: Plan['objects']): boolean =>
  some.length === others.length && some.every((object, at) => object === others[at])

/** The part of `--help` with a line for each fault: how it is written, what the camera does, the finding. */
export function faultList(): string {
  const lines = Object.values(faults).map(
    ({ example, does, finding }) => `  ${example.padEnd(24)} ${does} (${finding})`,
  )
  return ['faults:', ...lines].join('\n')
}
